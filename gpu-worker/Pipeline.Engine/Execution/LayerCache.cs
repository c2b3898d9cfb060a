using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>One layer's keys and values, seen two ways over the same memory.</summary>
/// <param name="Slots">[blocks * block size, 2 * key-value heads * head size]: a row for each token, keys then values.</param>
/// <param name="Blocks">[blocks, block size * 2 * key-value heads * head size]: a row for each block.</param>
internal sealed record LayerCache(Tensor Slots, Tensor Blocks);
