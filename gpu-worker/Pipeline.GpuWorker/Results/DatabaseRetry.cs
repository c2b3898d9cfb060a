using Npgsql;
using Pipeline.GpuWorker.Telemetry;
using Polly;
using Polly.Retry;

namespace Pipeline.GpuWorker.Results;

/// <summary>
/// How a database call is tried again: after what passes (a deadlock, a serialization failure, a lost connection, a server
/// that restarts), with growing, scattered delays, without end: the token ends it.
/// </summary>
internal static class DatabaseRetry
{
    public static ResiliencePipeline Create(TimeProvider time, ILogger logger) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(e => e.IsTransient),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(20),
                MaxDelay = TimeSpan.FromSeconds(5),
                UseJitter = true,
                OnRetry = arguments =>
                {
                    LogMessages.DatabaseRetried(logger, arguments.AttemptNumber + 1, arguments.Outcome.Exception!.Message);
                    return default;
                },
            })
            .Build();
}
