using Pipeline.Engine.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>A plan as tensors on the device.</summary>
/// <param name="Tokens">int64 [rows]: token ids.</param>
/// <param name="Slots">int64 [rows]: where each row's keys and values go.</param>
/// <param name="SampleRows">int64 [samples]: rows that a next token comes of, in the plan's order of chunks.</param>
/// <param name="Rotation">The rows' rotary angles.</param>
/// <param name="Groups">How the rows attend, in row order; together they cover all rows.</param>
internal sealed record StepInputs(
    Tensor Tokens, Tensor Slots, Tensor SampleRows, Rotation Rotation, IReadOnlyList<AttentionGroup> Groups);
