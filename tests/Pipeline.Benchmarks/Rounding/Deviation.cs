namespace Pipeline.Benchmarks.Rounding;

/// <summary>How far a dtype strays from float32, over all positions of all texts.</summary>
/// <param name="Dtype">The dtype.</param>
/// <param name="LogitError">Root mean square of the logits' differences, by the root mean square of float32's logits about their mean.</param>
/// <param name="SameToken">Share of positions whose likeliest next token is the same.</param>
/// <param name="Divergence">Mean Kullback-Leibler divergence of the next token's distribution from float32's, in nats.</param>
/// <param name="Perplexity">exp of the mean negative log-likelihood of the texts' tokens.</param>
/// <param name="ExactPerplexity">The same in float32.</param>
internal sealed record Deviation(
    string Dtype, double LogitError, double SameToken, double Divergence, double Perplexity, double ExactPerplexity);
