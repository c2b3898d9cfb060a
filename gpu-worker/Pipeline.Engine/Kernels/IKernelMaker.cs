namespace Pipeline.Engine.Kernels;

/// <summary>Makes one kind of kernels.</summary>
internal interface IKernelMaker
{
    /// <summary>What the kind is called in options and logs.</summary>
    string Name { get; }

    /// <summary>Whether these kernels can be made for a setting on this machine.</summary>
    bool Suits(KernelSetting setting);

    /// <summary>Makes the kernels.</summary>
    IKernels Make(KernelSetting setting);
}
