using System.Diagnostics.Metrics;
using Pipeline.Data.Results;
using Pipeline.GpuWorker.Backends;

namespace Pipeline.GpuWorker.Telemetry;

/// <summary>All metrics of the worker, with their units. Thread-safe.</summary>
internal sealed class WorkerMetrics
{
    public const string MeterName = "Pipeline.GpuWorker";

    private readonly Counter<long> _jobs;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _deviceSeconds;
    private readonly Histogram<double> _queueSeconds;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _compileSeconds;

    public WorkerMetrics(IMeterFactory meters, IBackend backend)
    {
        Meter meter = meters.Create(MeterName);
        _jobs = meter.CreateCounter<long>("pipeline.worker.jobs", "{job}", "Attempts committed, by outcome.");
        _tokens = meter.CreateCounter<long>("pipeline.worker.tokens", "{token}", "Tokens of committed attempts, by kind: prompt, cached, completion, drafted, accepted.");
        _deviceSeconds = meter.CreateCounter<double>("pipeline.worker.device_time", "s", "Device-seconds attributed to committed attempts.");
        _queueSeconds = meter.CreateHistogram<double>("pipeline.worker.queue_time", "s", "From the claim to the first step that worked on the job.");
        _firstToken = meter.CreateHistogram<double>("pipeline.worker.time_to_first_token", "s", "From the claim to the first token.");
        _compileSeconds = meter.CreateHistogram<double>("pipeline.worker.schema_compile_time", "s", "Time to compile a schema, an expression or a grammar that no job had asked for before.");
        meter.CreateObservableGauge("pipeline.worker.running", () => backend.Running, "{sequence}", "Sequences that the backend works on.");
        meter.CreateObservableCounter("pipeline.worker.busy_time", () => backend.BusySeconds, "s", "Seconds that the backend was busy.");
    }

    public void Answered(BackendAnswer answer)
    {
        _queueSeconds.Record(answer.Seconds.Queue);
        if (answer.CompileSeconds > 0)
        {
            _compileSeconds.Record(answer.CompileSeconds);
        }

        if (answer.TimeToFirstToken is { } seconds)
        {
            _firstToken.Record(seconds);
        }
    }

    public void Committed(FinishedAttempt attempt, bool kept)
    {
        string outcome = kept ? attempt.Outcome.ToString().ToLowerInvariant() : "fenced";
        _jobs.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _tokens.Add(attempt.Tokens.Prompt, new KeyValuePair<string, object?>("kind", "prompt"));
        _tokens.Add(attempt.Tokens.Cached, new KeyValuePair<string, object?>("kind", "cached"));
        _tokens.Add(attempt.Tokens.Completion, new KeyValuePair<string, object?>("kind", "completion"));
        _tokens.Add(attempt.Tokens.Drafted, new KeyValuePair<string, object?>("kind", "drafted"));
        _tokens.Add(attempt.Tokens.Accepted, new KeyValuePair<string, object?>("kind", "accepted"));
        _deviceSeconds.Add(attempt.Seconds.Device);
    }
}
