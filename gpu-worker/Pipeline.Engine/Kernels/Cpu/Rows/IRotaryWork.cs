using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Rotary positions and the cache, of whatever type the values are; see <see cref="IStepKernels.RotateAndStore"/>.</summary>
internal unsafe interface IRotaryWork : IDisposable
{
    /// <summary>Takes over a step's positions and slots, and sees to their angles.</summary>
    void Prepare(StepLayout layout);

    /// <summary>Normalises the heads of a projection's rows if there are weights, turns them, and stores keys and values.</summary>
    /// <param name="team">Who does it.</param>
    /// <param name="projected">The rows.</param>
    /// <param name="queryNorm">The query heads' weights, or null.</param>
    /// <param name="keyNorm">The key heads' weights, or null.</param>
    /// <param name="rope">Which of the model's rotary settings.</param>
    /// <param name="cache">The layer's cache, slot by slot.</param>
    /// <param name="rows">How many.</param>
    void Run(ThreadTeam team, void* projected, void* queryNorm, void* keyNorm, int rope, void* cache, int rows);
}
