using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>
/// Cosine and sine of a step's rows, both [rows, 1, head size] in float32. The sine of the first half is
/// negated: x * cos + (x with its halves swapped) * sin is then the whole rotation.
/// </summary>
internal sealed record Rotation(Tensor Cosine, Tensor Sine);
