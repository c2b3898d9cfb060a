using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>What a step needs on the device beside its kernels' own preparation.</summary>
/// <param name="Tokens">int64 [rows]: token ids.</param>
/// <param name="SampleRows">int64 [samples]: rows that a next token comes of.</param>
/// <param name="Drawn">int64 [drawn]: of the samples those that are drawn by chance; null for none.</param>
/// <param name="Chances">float64 [3, drawn, 1]: their temperatures, top-p, and chances; null for none.</param>
internal sealed record StepInputs(Tensor Tokens, Tensor SampleRows, Tensor? Drawn, Tensor? Chances);
