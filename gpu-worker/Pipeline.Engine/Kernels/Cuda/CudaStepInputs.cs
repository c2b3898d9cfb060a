namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Addresses on the device of what the kernels of a step read.</summary>
internal readonly record struct CudaStepInputs
{
    /// <summary>Tokens that the step computes.</summary>
    public required int Rows { get; init; }

    /// <summary>int32 [rows].</summary>
    public required ulong Positions { get; init; }

    /// <summary>int32 [rows]: which rows are stretched; 0 where the model has no frequencies for them.</summary>
    public required ulong Stretched { get; init; }

    /// <summary>int32 [rows].</summary>
    public required ulong Slots { get; init; }

    /// <summary>The chunks.</summary>
    public required ulong Chunks { get; init; }

    /// <summary>int32: the block numbers of all chunks.</summary>
    public required ulong Blocks { get; init; }

    /// <summary>float32 [rotary settings, rows, rotary dimensions]: cosines, then sines.</summary>
    public required ulong Angles { get; init; }

    /// <summary>float32: weighted values of parts.</summary>
    public required ulong PartValues { get; init; }

    /// <summary>float32: highest scores and sums of parts.</summary>
    public required ulong PartSums { get; init; }
}
