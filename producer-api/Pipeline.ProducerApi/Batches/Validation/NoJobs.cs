using Pipeline.Data.Batches;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>Keeps nothing of an input that is only looked at.</summary>
internal sealed class NoJobs : IJobTarget
{
    public Task AddAsync(string model, NewJob job, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task AbandonAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RearrangeAsync(IReadOnlyList<int> order, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task QuoteAsync(IReadOnlyList<decimal> quotes, CancellationToken cancellationToken) => Task.CompletedTask;

    public JobRefusal Refuse(int place, string body) => new(0, body);
}
