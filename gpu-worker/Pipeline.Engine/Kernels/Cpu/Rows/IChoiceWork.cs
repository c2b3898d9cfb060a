using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>The likeliest token, of whatever type the logits are; see <see cref="IStepKernels.Choose"/>.</summary>
internal unsafe interface IChoiceWork
{
    /// <summary>Chooses a token for each row.</summary>
    /// <param name="team">Who does it.</param>
    /// <param name="logits">[rows, width].</param>
    /// <param name="allowed">[rows, words]: bit (t % 32) of word (t / 32) says whether token t counts; null where all do.</param>
    /// <param name="words">Words of a row of these.</param>
    /// <param name="tokens">[rows]: the tokens.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Logits of a row.</param>
    void Run(ThreadTeam team, void* logits, uint* allowed, int words, long* tokens, int rows, int width);
}
