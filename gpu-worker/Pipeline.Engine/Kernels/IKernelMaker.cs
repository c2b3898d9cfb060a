using Pipeline.Engine.Models;

namespace Pipeline.Engine.Kernels;

/// <summary>Makes kernels for a model on a device.</summary>
internal interface IKernelMaker
{
    /// <summary>What the maker is called in logs.</summary>
    string Name { get; }

    /// <summary>Makes the kernels.</summary>
    IKernels Make(ModelConfig model);
}
