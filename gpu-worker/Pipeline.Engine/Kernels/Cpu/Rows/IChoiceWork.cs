using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>The likeliest token, of whatever type the logits are; see <see cref="IStepKernels.Choose"/>.</summary>
internal unsafe interface IChoiceWork
{
    /// <summary>Chooses a token for each row.</summary>
    void Run(ThreadTeam team, void* logits, long* tokens, int rows, int width);
}
