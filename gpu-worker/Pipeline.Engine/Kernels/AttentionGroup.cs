using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>Rows of a step that attend in one call: as many sequences, each with as many new tokens.</summary>
/// <param name="FirstRow">The first of the group's rows; they lie together, sequence by sequence.</param>
/// <param name="Sequences">Number of sequences.</param>
/// <param name="Queries">New tokens of each sequence.</param>
/// <param name="Blocks">int64 [Sequences * blocks of the longest]: each sequence's block table, padded with block 0.</param>
/// <param name="Mask">
/// [Sequences, 1, group * Queries, context]: 0 where a query may look, -infinity where not; context is the padded table's.
/// </param>
internal sealed record AttentionGroup(int FirstRow, int Sequences, int Queries, Tensor Blocks, Tensor Mask);
