namespace Pipeline.GpuWorker.Answers;

/// <summary>A token of an answer with its probability.</summary>
/// <param name="Token">Its bytes.</param>
/// <param name="Logprob">The logarithm of its probability; null for the first token of a prompt, which comes after nothing.</param>
/// <param name="Top">The likeliest tokens at its place, likeliest first, with theirs.</param>
/// <param name="Offset">Where it begins in the text, in characters (Unicode code points).</param>
internal sealed record ScoredToken(byte[] Token, double? Logprob, IReadOnlyList<(byte[] Token, double Logprob)> Top, int Offset);
