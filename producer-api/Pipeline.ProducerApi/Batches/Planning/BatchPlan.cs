using Pipeline.ProducerApi.Pricing;
using Pipeline.Tokenization.Prefixes;

namespace Pipeline.ProducerApi.Batches.Planning;

/// <summary>How the jobs of a batch are to run, and which are not to.</summary>
/// <param name="Prefixes">The order.</param>
/// <param name="Refusals">Jobs that are too long for the model, by the place in which they were added, with their answers.</param>
/// <param name="Tokens">How many tokens each has, by place; <see langword="null"/> for one that could not be read as the worker reads it.</param>
internal sealed record BatchPlan(PrefixPlan Prefixes, IReadOnlyList<(int Place, string Body)> Refusals, IReadOnlyList<TokenBounds?> Tokens)
{
    public static BatchPlan Of(IReadOnlyList<PromptReading> readings) => new(
        PrefixPlan.Make([.. readings.Select(reading => reading.Outline)]),
        [.. readings.Index().Where(reading => reading.Item.Refusal is not null).Select(reading => (reading.Index, reading.Item.Refusal!))],
        [.. readings.Select(reading => reading.Tokens)]);
}
