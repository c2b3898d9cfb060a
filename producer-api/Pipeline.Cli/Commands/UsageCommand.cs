using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Api;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary><c>usage [BATCH]</c>.</summary>
internal static class UsageCommand
{
    private static readonly string[] Groups = ["model", "batch", "day", "tenant"];

    public static Command Create(CommandContext context)
    {
        Argument<string?> id = new("BATCH") { Description = "A batch's id; without one, all that was used.", Arity = ArgumentArity.ZeroOrOne };
        Option<string> by = new("--by") { Description = "Groups: model, batch, day or tenant, or several by commas.", DefaultValueFactory = _ => "model" };
        by.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>().Split(',').Except(Groups).FirstOrDefault() is { } wrong)
            {
                result.AddError($"--by: '{wrong}' is none of {string.Join(", ", Groups)}");
            }
        });
        Option<string?> start = new("--start") { Description = "From when on: a date or time, UTC unless it says otherwise; the first of this month unless given." };
        Option<string?> end = new("--end") { Description = "Until when, not including it." };
        Command command = new("usage", "What a batch, or everything in a time, has used and cost, beside what a managed API would have asked.") { id, by, start, end };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            if (arguments.GetValue(id) is { } batch)
            {
                MoneyText.Write(context.Out, Lines(await client.GetCostAsync(batch, cancellationToken)));
                return ExitCodes.Success;
            }

            await WriteTableAsync(context.Out, client, arguments.GetRequiredValue(by), arguments.GetValue(start), arguments.GetValue(end), cancellationToken);
            return ExitCodes.Success;
        }));
        return command;
    }

    private static async Task WriteTableAsync(TextWriter writer, PipelineClient client, string by, string? start, string? end, CancellationToken cancellationToken)
    {
        string[] groups = by.Split(',');
        TextTable table = new([.. groups, " requests", " prompt tokens", " cached", " output tokens", " device s", " cost", "", " at list price", " in batches", "as"]);
        string range = (start is null ? "" : $"&start={Uri.EscapeDataString(start)}") + (end is null ? "" : $"&end={Uri.EscapeDataString(end)}");
        await foreach (UsageRowView row in client.ListAsync<UsageRowView>($"v1/usage?group_by={by}{range}", cancellationToken))
        {
            string[] keys = [.. groups.Select(group => group switch { "day" => row.Day, "model" => row.Model, "tenant" => row.Tenant, _ => row.BatchId is "" ? "(single jobs)" : row.BatchId } ?? "")];
            table.Add([
                .. keys, MoneyText.Number(row.Requests), MoneyText.Number(row.PromptTokens), MoneyText.Number(row.CachedTokens), MoneyText.Number(row.CompletionTokens), Seconds(row.DeviceSeconds),
                MoneyText.Rounded(row.Cost), row.Currency, MoneyText.Rounded(row.ListPrice.Sum(price => price.Cost)), MoneyText.Rounded(row.ListPrice.Sum(price => price.BatchCost)),
                string.Join(", ", row.ListPrice.Select(price => price.Name)),
            ]);
        }

        table.Write(writer);
        if (await client.GetBudgetAsync(cancellationToken) is { MaxMonthlyCost: { } cap } budget)
        {
            writer.WriteLine($"{budget.Month}: {MoneyText.Amount(budget.Spent, budget.Currency)} of at most {MoneyText.Amount(cap, budget.Currency)}");
        }
    }

    private static IEnumerable<(string Name, string Value)> Lines(CostView cost)
    {
        string outcomes = string.Join(", ", cost.Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"));
        yield return ("batch", cost.BatchId);
        yield return ("cost", MoneyText.Amount(cost.Cost, cost.Currency) + (cost.MaxCost is { } cap ? $", at most {MoneyText.Amount(cap, null)}" : ""));
        if (cost.Estimate is { ExpectedCost: { } expected } estimate)
        {
            yield return ("expected", MoneyText.Amount(expected, estimate.Currency) + (estimate.CostAtMost is { } most ? $", at most {MoneyText.Amount(most, null)}" : "") + $" ({estimate.Price.Basis} prices)");
        }

        if (cost.ListPrice is { } list)
        {
            yield return ("at list price", MoneyText.Of(list));
        }

        yield return ("jobs billed", MoneyText.Number(cost.Jobs));
        yield return ("attempts", MoneyText.Number(cost.Attempts) + (outcomes.Length > 0 ? $" ({outcomes})" : ""));
        yield return ("prompt tokens", $"{MoneyText.Number(cost.PromptTokens)} ({MoneyText.Number(cost.CachedTokens)} cached)");
        if (cost.PrefixCache is { } cache)
        {
            yield return ("prefix cache", $"{Percent(cache.PredictedHitRate)} of prompt tokens predicted, {(cache.HitRate is { } measured ? Percent(measured) : "none")} so far");
        }

        yield return ("completion tokens", MoneyText.Number(cost.CompletionTokens));
        if (cost.DraftedTokens > 0)
        {
            string gain = cost.GuessingGain is { } known ? $", gain {known.ToString("0.00", CultureInfo.InvariantCulture)}" : "";
            yield return ("guessed tokens", $"{MoneyText.Number(cost.DraftedTokens)} ({Percent((double)cost.AcceptedTokens / cost.DraftedTokens)} right{gain})");
        }

        yield return ("device seconds", $"{Seconds(cost.DeviceSeconds)} (prefill {Seconds(cost.PrefillSeconds)}, decode {Seconds(cost.DecodeSeconds)})");
        yield return ("queue seconds", Seconds(cost.QueueSeconds));
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);
}
