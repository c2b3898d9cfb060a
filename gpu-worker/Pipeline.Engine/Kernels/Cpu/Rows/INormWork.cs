using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Normalisation, of whatever type the values are; see <see cref="IStepKernels.Norm"/>.</summary>
internal unsafe interface INormWork
{
    /// <summary>Normalises rows.</summary>
    void Run(ThreadTeam team, void* residual, void* delta, void* weight, void* result, int rows, int width);
}
