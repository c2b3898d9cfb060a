using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu;

/// <summary>Kernels in C#: a team of threads, and the operations that it does.</summary>
internal sealed class CpuKernels : IKernels
{
    private readonly CpuStepKernels _step;
    private readonly CpuWork _work;
    private readonly ThreadTeam _team;

    /// <summary>Starts the threads and takes the scratch memory.</summary>
    /// <param name="setting">What for.</param>
    /// <param name="lanes">Lanes of the vectors to compute with.</param>
    public CpuKernels(KernelSetting setting, int lanes)
    {
        _work = CpuWork.Make(setting, lanes);
        _team = new ThreadTeam(setting.Threads);
        _step = new CpuStepKernels(setting, _work, _team);
    }

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public IStepKernels Begin(StepLayout layout)
    {
        // The same object step after step: there is one step at a time.
        _step.Prepare(layout);
        return _step;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        _work.Dispose();
    }
}
