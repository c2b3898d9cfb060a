using Microsoft.Extensions.Options;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Pricing;
using Pipeline.Data.Results;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Leases;

namespace Pipeline.GpuWorker.Results;

/// <summary>Makes the record of an attempt out of what the backend answered, with its price.</summary>
internal sealed class AttemptReports(IOptions<WorkerOptions> options, IOptions<PricingOptions> pricing)
{
    public FinishedAttempt Of(HeldJob held, BackendAnswer answer) => new()
    {
        Job = held.Job,
        Outcome = answer.IsDropped ? held.DropOutcome : answer.StatusCode < 400 ? AttemptOutcome.Completed : AttemptOutcome.Failed,
        Model = options.Value.ModelName,
        StatusCode = (short)answer.StatusCode,
        RequestId = PublicIds.Request(),
        Body = answer.Body,
        Tokens = answer.Tokens,
        Seconds = answer.Seconds,
        PricePerDeviceHour = pricing.Value.DeviceHour!.Value,
        Currency = pricing.Value.Currency!,
        ListedPrice = pricing.Value.Listed(options.Value.ModelName),
    };

    /// <summary>For a job that is handed back without having been begun.</summary>
    public FinishedAttempt NeverRun(ClaimedJob job) => new()
    {
        Job = job,
        Outcome = AttemptOutcome.Released,
        Model = options.Value.ModelName,
        RequestId = PublicIds.Request(),
        PricePerDeviceHour = pricing.Value.DeviceHour!.Value,
        Currency = pricing.Value.Currency!,
        ListedPrice = pricing.Value.Listed(options.Value.ModelName),
    };
}
