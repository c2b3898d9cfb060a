using System.Text;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Pricing;
using Pipeline.ProducerApi.Batches.Planning;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Pricing;

namespace Pipeline.ProducerApi.Jobs;

/// <summary>Says what a single job may cost at most.</summary>
internal sealed class JobQuotes(IDbContextFactory<PipelineDbContext> contexts, ModelReaders readers, Pricer pricer)
{
    /// <returns><see langword="null"/> where nothing bounds the answer, and nothing caps what the tenant may spend.</returns>
    /// <exception cref="RequestException">The model cannot be priced; or the answer has no bound, but the tenant a cap.</exception>
    public async Task<decimal?> FindAsync(Caller caller, CreateJobRequest request, CancellationToken cancellationToken)
    {
        ModelPrice price = await pricer.FindAsync(request.Model, cancellationToken)
            ?? throw RequestException.Invalid(Pricer.NotPriced(request.Model), "body.model", Pricer.ModelNotPriced);
        TokenBounds bounds = BoundsOf(request);
        if (bounds.MostOutput is { } most)
        {
            return price.Quote(bounds.MostPrompt, most);
        }

        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Tenants.AnyAsync(t => t.Id == caller.TenantId && t.MaxMonthlyCost != null, cancellationToken)
            ? throw RequestException.Invalid(
                "What this request may cost has no bound, but what you may spend in a month has: set the most tokens that its answer may have.",
                "body.max_tokens",
                Pricer.MaxTokensRequired)
            : null;
    }

    private TokenBounds BoundsOf(CreateJobRequest request)
    {
        byte[] body = Encoding.UTF8.GetBytes(request.Body.GetRawText());
        return readers.Find(request.Model)?.Read(request.Endpoint, body).Tokens ?? TokenBounds.Of(request.Endpoint, request.Facts, body.Length);
    }
}
