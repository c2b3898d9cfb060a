using Pipeline.Data.Batches;
using Pipeline.ProducerApi.Pricing;
using Pipeline.Tokenization.Prefixes;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What was found in the input of a batch.</summary>
/// <param name="Errors">What is wrong; with any, nothing else counts.</param>
/// <param name="Jobs">Good lines.</param>
/// <param name="Model">The model that they ask for.</param>
/// <param name="Prediction">What the prefix plan expects of the cache; <see langword="null"/> without a plan.</param>
/// <param name="Refusals">Jobs that are answered without being run.</param>
/// <param name="Estimate">What they will cost.</param>
/// <param name="LargestQuote">The most that any of them may cost; <see langword="null"/> if some line has no bound.</param>
internal sealed record Findings(
    IReadOnlyList<LineError> Errors,
    int Jobs,
    string? Model,
    CachePrediction? Prediction,
    IReadOnlyList<JobRefusal> Refusals,
    CostEstimate? Estimate,
    decimal? LargestQuote)
{
    public static Findings Of(params IReadOnlyList<LineError> errors) => new(errors, 0, null, null, [], null, null);
}
