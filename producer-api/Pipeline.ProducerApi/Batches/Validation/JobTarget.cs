using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>Writes jobs into the transaction of a validation.</summary>
/// <param name="connection">Where to write.</param>
/// <param name="transaction">Its transaction; what is abandoned goes back to where it is now.</param>
/// <param name="batch">The jobs' batch.</param>
/// <param name="jobsPerSlice">Jobs in a slice, at most.</param>
/// <param name="now">Dates the rows.</param>
internal sealed class JobTarget(NpgsqlConnection connection, IDbContextTransaction transaction, Batch batch, int jobsPerSlice, DateTimeOffset now) : IJobTarget
{
    private const string BeforeJobs = "before_jobs";

    private JobBulkWriter? _writer;

    /// <summary>To be called once, before anything is added.</summary>
    public Task BeginAsync(CancellationToken cancellationToken) => transaction.CreateSavepointAsync(BeforeJobs, cancellationToken);

    public Task AddAsync(string model, NewJob job, CancellationToken cancellationToken) =>
        (_writer ??= new JobBulkWriter(connection, batch, model, jobsPerSlice, now)).AddAsync(job, cancellationToken);

    public Task AbandonAsync(CancellationToken cancellationToken)
    {
        _writer = null;
        return transaction.RollbackToSavepointAsync(BeforeJobs, cancellationToken);
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => _writer!.CompleteAsync(cancellationToken);

    public Task RearrangeAsync(IReadOnlyList<int> order, CancellationToken cancellationToken) => _writer!.RearrangeAsync(order, cancellationToken);

    public Task QuoteAsync(IReadOnlyList<decimal> quotes, CancellationToken cancellationToken) => _writer!.QuoteAsync(quotes, cancellationToken);

    public JobRefusal Refuse(int place, string body) => new(_writer!.IdAt(place), body);
}
