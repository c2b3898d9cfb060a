namespace Pipeline.Benchmarks.Gguf;

/// <summary>Element types of tensors in a GGUF file, with ggml's numbers.</summary>
internal enum GgufType
{
    F32 = 0,
    F16 = 1,

    /// <summary>Blocks of 32 values: a float16 scale, then 32 signed bytes.</summary>
    Q8_0 = 8,

    BF16 = 30,
}
