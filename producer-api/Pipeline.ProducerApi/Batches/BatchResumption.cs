using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tenants;

namespace Pipeline.ProducerApi.Batches;

/// <summary>Lets a batch go on with the lines that failed, were cancelled or expired: <see cref="BatchRetry"/> for a tenant.</summary>
internal sealed class BatchResumption(NpgsqlDataSource dataSource, TokenQuota quota, IOptions<ApiOptions> options)
{
    /// <summary>Retries; a running batch of which nothing has failed is answered as it is, for that is what a repeated request finds.</summary>
    /// <param name="context">The database.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The batch.</param>
    /// <param name="maxCost">Its cap from now on; <see langword="null"/> leaves it as it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Batch> RetryAsync(PipelineDbContext context, Caller caller, string id, decimal? maxCost, CancellationToken cancellationToken)
    {
        Batch before = await context.GetBatchAsync(caller, id, cancellationToken);
        TimeSpan window = CompletionWindows.Parse(before.CompletionWindow);
        RetryOutcome outcome = await BatchRetry.RunAsync(
            dataSource, before.Id, options.Value.SliceJobs, window, maxCost, connection => AdmitAsync(connection, before, cancellationToken), cancellationToken);
        Batch batch = await context.GetBatchAsync(caller, id, cancellationToken);
        return outcome switch
        {
            RetryOutcome.Retried => batch,
            RetryOutcome.NothingToRetry when !batch.Status.IsFinal() => batch,
            RetryOutcome.NothingToRetry => throw Refused("Cannot retry a batch of which every request has been completed."),
            RetryOutcome.Purged => throw Refused("Cannot retry a batch whose requests have been deleted after their retention."),
            _ => throw Refused($"Cannot retry a batch with status '{batch.Status.ToName()}'."),
        };
    }

    // Lines that have not been read yet are counted when they are.
    private async Task AdmitAsync(NpgsqlConnection connection, Batch batch, CancellationToken cancellationToken)
    {
        if (batch is { Model: { } model, CountedPromptTokens: { } tokens } && await quota.RefusalAsync(connection, batch, model, tokens, cancellationToken) is { } refusal)
        {
            throw new RequestException(409, refusal, code: TokenQuota.ErrorCode) { ForbidRetry = true };
        }
    }

    private static RequestException Refused(string message) => new(409, message) { ForbidRetry = true };
}
