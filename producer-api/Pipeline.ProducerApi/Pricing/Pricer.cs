using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Pricing;

namespace Pipeline.ProducerApi.Pricing;

/// <summary>Says what a model's tokens are expected to cost.</summary>
internal sealed class Pricer(NpgsqlDataSource dataSource, IOptions<PricingOptions> options)
{
    /// <summary>The error code of a request for a model that cannot be priced.</summary>
    public const string ModelNotPriced = "model_not_priced";

    /// <summary>The error code of a request under a cap that does not bound its answer.</summary>
    public const string MaxTokensRequired = "max_tokens_required";

    // Of the tenant's own jobs: what others' models say is none of its business.
    private const string MeanOutputSql =
        """
        SELECT avg(completion_tokens) FROM (
            SELECT completion_tokens FROM (
                SELECT model, outcome, completion_tokens FROM job_costs WHERE tenant_id = $1 ORDER BY created_at DESC LIMIT 5000) r
            WHERE r.model = $2 AND r.outcome = 'completed' LIMIT 1000) j
        """;

    /// <summary>The currency of all prices.</summary>
    public string Currency => options.Value.Currency!;

    /// <summary>Whether something caps what a batch may cost.</summary>
    public static async Task<bool> IsCappedAsync(PipelineDbContext context, Batch batch, CancellationToken cancellationToken) =>
        batch.MaxCost is not null || await context.Tenants.AnyAsync(t => t.Id == batch.TenantId && t.MaxMonthlyCost != null, cancellationToken);

    /// <summary>What to tell of a model without a price.</summary>
    public static string NotPriced(string model) =>
        $"The model '{model}' cannot be priced: it has no listed price (Pipeline:Pricing:Models), too few jobs of it have run to know what it takes, "
        + "and no speed is assumed (Pipeline:Pricing:AssumedPromptTokensPerSecond and AssumedOutputTokensPerSecond).";

    /// <summary>The model's listed price, else the price of what its tokens have taken of the device, else of what they are assumed to take.</summary>
    /// <returns><see langword="null"/> if it has none of these: then nothing of it can be accepted.</returns>
    public async Task<ModelPrice?> FindAsync(string model, CancellationToken cancellationToken)
    {
        PricingOptions pricing = options.Value;
        if (pricing.Listed(model) is { } listed)
        {
            return new ModelPrice(PriceBasis.Listed, listed, Currency);
        }

        if (await MeasuredRates.FindAsync(dataSource, model, cancellationToken) is { } measured)
        {
            return ModelPrice.ByDevice(PriceBasis.Measured, measured, pricing.DeviceHour!.Value, Currency);
        }

        return pricing is { AssumedPromptTokensPerSecond: { } prompt, AssumedOutputTokensPerSecond: { } output }
            ? ModelPrice.ByDevice(PriceBasis.Assumed, new DeviceRates(1 / prompt, 0, 1 / output), pricing.DeviceHour!.Value, Currency)
            : null;
    }

    /// <summary>How many tokens the tenant's latest answers of the model had in the mean; <see langword="null"/> before the first.</summary>
    public async Task<decimal?> MeanOutputAsync(Guid tenantId, string model, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(MeanOutputSql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = model });
        return await command.ExecuteScalarAsync(cancellationToken) as decimal?;
    }
}
