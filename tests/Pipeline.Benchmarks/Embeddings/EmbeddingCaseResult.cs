namespace Pipeline.Benchmarks.Embeddings;

/// <summary>What a case took: the median of its runs.</summary>
/// <param name="Length">The inputs' lengths.</param>
/// <param name="Inputs">How many there were.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="Steps">Steps that computed them.</param>
/// <param name="Seconds">The engine's busy time.</param>
/// <param name="InputsPerSecond">Inputs by the time.</param>
/// <param name="TokensPerSecond">Tokens by the time.</param>
/// <param name="Share">Operations (two a multiply-add) by the time, over the matrix rate measured in the same run.</param>
/// <param name="Host">Share of the time in which the host neither computed nor waited for the device.</param>
internal sealed record EmbeddingCaseResult(
    string Length, int Inputs, int Tokens, long Steps, double Seconds, double InputsPerSecond, double TokensPerSecond, double Share, double Host);
