using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>The feed-forward layer's gate, of whatever type the values are; see <see cref="IStepKernels.Gate"/>.</summary>
internal unsafe interface IGateWork
{
    /// <summary>Computes rows of that width from rows of twice the width.</summary>
    void Run(ThreadTeam team, void* gateUp, void* result, int rows, int width);
}
