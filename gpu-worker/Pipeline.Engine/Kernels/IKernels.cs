using Pipeline.Engine.Execution;

namespace Pipeline.Engine.Kernels;

/// <summary>One engine's kernels: what they keep from step to step. One thread at a time.</summary>
internal interface IKernels : IDisposable
{
    /// <summary>What they are called in logs.</summary>
    string Name { get; }

    /// <summary>
    /// Prepares a step: moves what the layout says to where the kernels want it. Called once a step, in inference mode and
    /// inside a dispose scope that outlives what is returned. The layout does not change until that is disposed.
    /// </summary>
    IStepKernels Begin(StepLayout layout);
}
