using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Jobs;

/// <summary>Finds a tenant's jobs.</summary>
internal static class JobQueries
{
    public static async Task<JobObject> GetJobAsync(this PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        long number = ParseId(id);
        var found = await (
            from job in context.Jobs.AsNoTracking()
            join body in context.JobBodies.AsNoTracking() on job.Id equals body.JobId
            join result in context.JobResults.AsNoTracking() on job.Id equals result.JobId into results
            from result in results.DefaultIfEmpty()
            where job.Id == number && job.TenantId == caller.TenantId
            select new { job, body, result }).FirstOrDefaultAsync(cancellationToken)
            ?? throw RequestException.NoSuchJob(id);
        List<JobCost> costs = await context.JobCosts.AsNoTracking()
            .Where(c => c.JobId == number).OrderBy(c => c.Attempt).ToListAsync(cancellationToken);
        return JobObject.Of(found.job, found.body, found.result, costs);
    }

    /// <summary>Whether the job has reached its final state.</summary>
    public static async Task<bool> HasEndedAsync(this PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        long number = ParseId(id);
        JobState? state = await context.Jobs.Where(j => j.Id == number && j.TenantId == caller.TenantId)
            .Select(j => (JobState?)j.State).FirstOrDefaultAsync(cancellationToken);
        return state?.IsFinal() ?? throw RequestException.NoSuchJob(id);
    }

    private static long ParseId(string id) => JobIds.TryParse(id, out long number) ? number : throw RequestException.NoSuchJob(id);
}
