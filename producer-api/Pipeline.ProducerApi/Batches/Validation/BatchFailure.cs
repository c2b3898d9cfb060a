using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>Ends a batch whose input is not what it should be.</summary>
internal static class BatchFailure
{
    private static readonly JsonSerializerOptions ErrorsFormat = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Fails a batch that is being validated, with its errors, in the context's transaction.</summary>
    /// <returns>False, and nothing is changed, if it is no longer being validated.</returns>
    public static async Task<bool> FailAsync(
        PipelineDbContext context, string batchId, IReadOnlyList<LineError> errors, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string json = JsonSerializer.Serialize(new LineErrors("list", errors), ErrorsFormat);
        return await context.Batches.Where(b => b.Id == batchId && b.Status == BatchStatus.Validating).ExecuteUpdateAsync(
            set => set
                .SetProperty(b => b.Status, BatchStatus.Failed)
                .SetProperty(b => b.FailedAt, now)
                .SetProperty(b => b.Errors, json),
            cancellationToken) == 1;
    }
}
