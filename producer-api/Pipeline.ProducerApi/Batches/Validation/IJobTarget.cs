using Pipeline.Data.Batches;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>Where the good lines of an input go.</summary>
internal interface IJobTarget
{
    /// <summary>Adds a job.</summary>
    /// <param name="model">The model that it asks for; the same for all.</param>
    /// <param name="job">The job; its body is copied.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task AddAsync(string model, NewJob job, CancellationToken cancellationToken);

    /// <summary>Takes back whatever was added: the input is not good.</summary>
    Task AbandonAsync(CancellationToken cancellationToken);

    /// <summary>All jobs have been added.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Puts the jobs into the order in which they are to run: places counted from 0 as they were added.</summary>
    Task RearrangeAsync(IReadOnlyList<int> order, CancellationToken cancellationToken);

    /// <summary>Keeps what each job may cost at most, in the order in which they were added.</summary>
    Task QuoteAsync(IReadOnlyList<decimal> quotes, CancellationToken cancellationToken);

    /// <summary>The job that was added at a place, answered without being run.</summary>
    JobRefusal Refuse(int place, string body);
}
