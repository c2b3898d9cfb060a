using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Schedules.Running;

/// <summary>What the runs of a schedule work on.</summary>
internal interface IRunInput
{
    /// <summary>Throws unless runs could begin: at once, not at night.</summary>
    /// <exception cref="RequestException">Something is missing, or not allowed.</exception>
    Task CheckAsync(PipelineDbContext context, Schedule schedule, CancellationToken cancellationToken);

    /// <summary>Makes the batch of a run in the context's transaction.</summary>
    /// <returns>The batch; <see langword="null"/> if there is nothing new to be done.</returns>
    /// <exception cref="RequestException">It cannot be made; what was written is to be undone.</exception>
    Task<MadeBatch?> MakeAsync(PipelineDbContext context, Schedule schedule, ScheduleRun run, CancellationToken cancellationToken);
}

/// <summary>The batch of a run.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Documents">Files that it takes, if it is of a folder.</param>
/// <param name="Left">What was left for the next run, in words.</param>
internal sealed record MadeBatch(string Id, int? Documents = null, string? Left = null);
