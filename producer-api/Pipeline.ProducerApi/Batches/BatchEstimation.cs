using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.ProducerApi.Batches.Validation;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Pricing;

namespace Pipeline.ProducerApi.Batches;

/// <summary>Validates the input of a batch that is not created, and says what it would cost. Nothing is stored.</summary>
internal sealed class BatchEstimation(IDbContextFactory<PipelineDbContext> contexts, InputReading input, TimeProvider time) : IDisposable
{
    /// <summary>A file takes a core for seconds: more of them at a time would take them from those who validate.</summary>
    private readonly SemaphoreSlim _places = new(2, 2);

    public async Task<EstimateObject> EstimateAsync(Caller caller, CreateBatchRequest request, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
            Findings findings = await input.ReadAsync(context, BatchCreation.NewBatch(caller, request, time.GetUtcNow()), new NoJobs(), cancellationToken);
            return new EstimateObject("batch.estimate", findings.Model, findings.Errors.Count > 0 ? new LineErrors("list", findings.Errors) : null, findings.Estimate);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}

/// <summary>What a batch would cost.</summary>
/// <param name="Object"><c>batch.estimate</c>.</param>
/// <param name="Model">The model that its lines ask for.</param>
/// <param name="Errors">What is wrong with its input, as a failed batch has it; else <see langword="null"/>.</param>
/// <param name="Estimate">What it would cost; <see langword="null"/> with errors.</param>
internal sealed record EstimateObject(string Object, string? Model, LineErrors? Errors, CostEstimate? Estimate);
