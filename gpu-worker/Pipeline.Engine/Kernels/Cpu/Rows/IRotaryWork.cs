using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Rotary positions and the cache, of whatever type the values are; see <see cref="IStepKernels.RotateAndStore"/>.</summary>
internal unsafe interface IRotaryWork : IDisposable
{
    /// <summary>Takes over a step's positions and slots, and sees to their angles.</summary>
    void Prepare(StepLayout layout);

    /// <summary>Turns the rows of a projection, and stores their keys and values.</summary>
    void Run(ThreadTeam team, void* projected, void* cache, int rows);
}
