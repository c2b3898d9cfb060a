using Microsoft.Extensions.Options;
using Pipeline.Data.Results;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Requests;
using Pipeline.GpuWorker.Telemetry;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Backends;

/// <summary>The engine in this process.</summary>
internal sealed class LocalEngineBackend(IOptions<WorkerOptions> options, TimeProvider time, ILogger<LocalEngineBackend> logger) : IBackend
{
    private readonly WorkerOptions _options = options.Value;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EngineLoop? _loop;
    private RequestMapper? _mapper;

    public string Device => _options.Device;

    public int MaxRunning => (_loop ?? throw new InvalidOperationException("The backend has not been started.")).MaxRunning;

    public int Running => _loop?.Statistics.Running ?? 0;

    public double BusySeconds => _loop?.Statistics.BusySeconds ?? 0;

    public Task Completion => _completion.Task;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string directory = _options.ModelDirectory is { Length: > 0 } given
            ? given
            : throw new InvalidOperationException("Pipeline:Worker:ModelDirectory is not set: the backend 'local' needs a Hugging Face model directory.");
        EngineOptions engine = new()
        {
            ModelDirectory = directory,
            Device = _options.Device,
            Dtype = _options.Dtype,
            Kernels = _options.Kernels,
            MaxRunningSequences = _options.MaxRunning,
            KvCacheBytes = (long?)_options.KvCacheMegabytes << 20,
            TokenBudget = _options.TokenBudget,
            Threads = _options.Threads,
            Speculation = Enum.Parse<SpeculationMode>(_options.Speculation, ignoreCase: true),
            DraftModelDirectory = _options.DraftModelDirectory is { Length: > 0 } draft ? draft : null,
        };
        ChatTemplate? template = ChatTemplate.Find(directory, time);
        _loop = await Task.Run(() => new EngineLoop(InferenceEngine.Load(engine, time)), cancellationToken);
        LogMessages.EngineLoaded(logger, _options.ModelName, _options.Dtype, _loop.KernelName);
        if (_loop.KernelWarning is { } warning)
        {
            LogMessages.SlowerKernels(logger, warning);
        }

        _mapper = new RequestMapper(_loop.Tokenizer, template, _options.ModelName, _loop.ModelConfig.ContextLength, time, toolCallFormat: _options.ToolCallFormat, constraints: _loop.Constraints);
        _ = ForwardCompletionAsync(_loop);
    }

    public async Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken)
    {
        EngineLoop loop = _loop ?? throw new InvalidOperationException("The backend has not been started.");
        try
        {
            MappedRequest request = _mapper!.Map(job.Id, job.Url, job.Body, cacheSalt: job.Tenant.ToString("N"));
            GenerationGroup group = await GenerationGroup.RunAsync(request.Generations, loop.GenerateAsync, cancellationToken);
            AttemptSeconds seconds = Seconds(group.Results);
            if (group.Error is not null || group.IsCancelled)
            {
                AttemptTokens tokens = Tokens(request.UsageOf(group.Results), group.Results);
                return group.Error is { } error ? Refusal(error) with { Tokens = tokens, Seconds = seconds } : BackendAnswer.Dropped(tokens, seconds);
            }

            Answer answer = request.Answer(group.Results);
            return new BackendAnswer(200, answer.Write(request.Form), Tokens(answer.Usage, group.Results), seconds)
            {
                CompileSeconds = request.CompileSeconds,
                TimeToFirstToken = group.Results.Min(result => result.TimeToFirstTokenSeconds),
            };
        }
        catch (RequestErrorException error)
        {
            return Refusal(error);
        }
        catch (Exception e) when (e is EngineFailedException or ObjectDisposedException)
        {
            throw new BackendFailedException("The engine works no more.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_loop is { } loop)
        {
            await loop.DisposeAsync();
        }

        _completion.TrySetResult();
    }

    private static BackendAnswer Refusal(RequestErrorException error) => new(error.Status, error.ToBody(), default, default);

    private static AttemptTokens Tokens(Usage usage, IReadOnlyList<GenerationResult> results) =>
        new(usage.Prompt, usage.Cached, usage.Completion, usage.Reasoning)
        {
            Drafted = results.Sum(result => result.DraftedTokens),
            Accepted = results.Sum(result => result.AcceptedTokens),
        };

    /// <summary>The device's seconds add up; what waited side by side waited once.</summary>
    private static AttemptSeconds Seconds(IReadOnlyList<GenerationResult> results) => new(
        results.Select(result => result.QueueSeconds).DefaultIfEmpty().Max(),
        results.Sum(result => result.PrefillSeconds),
        results.Sum(result => result.DecodeSeconds),
        results.Sum(result => result.DeviceSeconds));

    private async Task ForwardCompletionAsync(EngineLoop loop)
    {
        try
        {
            await loop.Completion;
            _completion.TrySetResult();
        }
        catch (EngineFailedException e)
        {
            _completion.TrySetException(e);
        }
    }
}
