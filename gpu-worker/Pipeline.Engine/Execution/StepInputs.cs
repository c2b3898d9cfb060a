using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>What a step needs on the device beside its kernels' own preparation.</summary>
/// <param name="Tokens">int64 [rows]: token ids.</param>
/// <param name="SampleRows">int64 [samples]: rows that a next token comes of.</param>
internal sealed record StepInputs(Tensor Tokens, Tensor SampleRows);
