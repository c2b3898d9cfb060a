using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Api;

namespace Pipeline.Cli.Commands;

/// <summary><c>usage BATCH</c>.</summary>
internal static class UsageCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> id = BatchArgument.Create();
        Command command = new("usage", "What a batch has used and cost so far.") { id };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            CostView cost = await client.GetCostAsync(arguments.GetRequiredValue(id), cancellationToken);
            foreach ((string name, string value) in Lines(cost))
            {
                context.Out.WriteLine($"{name,-18} {value}");
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    private static IEnumerable<(string Name, string Value)> Lines(CostView cost)
    {
        string outcomes = string.Join(", ", cost.Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"));
        yield return ("batch", cost.BatchId);
        yield return ("cost", $"{cost.Cost.ToString("0.########", CultureInfo.InvariantCulture)} {cost.Currency}".TrimEnd());
        yield return ("jobs billed", Number(cost.Jobs));
        yield return ("attempts", Number(cost.Attempts) + (outcomes.Length > 0 ? $" ({outcomes})" : ""));
        yield return ("prompt tokens", $"{Number(cost.PromptTokens)} ({Number(cost.CachedTokens)} cached)");
        if (cost.PrefixCache is { } cache)
        {
            yield return ("prefix cache", $"{Percent(cache.PredictedHitRate)} of prompt tokens predicted, {(cache.HitRate is { } measured ? Percent(measured) : "none")} so far");
        }

        yield return ("completion tokens", Number(cost.CompletionTokens));
        if (cost.DraftedTokens > 0)
        {
            string gain = cost.GuessingGain is { } known ? $", gain {known.ToString("0.00", CultureInfo.InvariantCulture)}" : "";
            yield return ("guessed tokens", $"{Number(cost.DraftedTokens)} ({Percent((double)cost.AcceptedTokens / cost.DraftedTokens)} right{gain})");
        }

        yield return ("device seconds", $"{Seconds(cost.DeviceSeconds)} (prefill {Seconds(cost.PrefillSeconds)}, decode {Seconds(cost.DecodeSeconds)})");
        yield return ("queue seconds", Seconds(cost.QueueSeconds));
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);
}
