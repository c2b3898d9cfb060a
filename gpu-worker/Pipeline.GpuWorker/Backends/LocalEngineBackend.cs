using Microsoft.Extensions.Options;
using Pipeline.Data.Results;
using Pipeline.Engine;
using Pipeline.Tokenization;
using Pipeline.GpuWorker.Requests;
using Pipeline.GpuWorker.Telemetry;
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
        };
        ChatTemplate? template = ChatTemplate.Find(directory, time);
        _loop = await Task.Run(() => new EngineLoop(InferenceEngine.Load(engine, time)), cancellationToken);
        LogMessages.EngineLoaded(logger, _options.ModelName, _options.Dtype, _loop.KernelName);
        if (_loop.KernelWarning is { } warning)
        {
            LogMessages.SlowerKernels(logger, warning);
        }

        _mapper = new RequestMapper(_loop.Tokenizer, template, _options.ModelName, _loop.ModelConfig.ContextLength, time);
        _ = ForwardCompletionAsync(_loop);
    }

    public async Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken)
    {
        EngineLoop loop = _loop ?? throw new InvalidOperationException("The backend has not been started.");
        try
        {
            MappedRequest request = _mapper!.Map(job.Id, job.Url, job.Body, cacheSalt: job.Tenant.ToString("N"));
            GenerationResult result = await loop.GenerateAsync(request.Generation, cancellationToken);
            return result.FinishReason == FinishReason.Cancelled
                ? BackendAnswer.Dropped(Tokens(result), Seconds(result))
                : new BackendAnswer(200, request.BuildResponse(result), Tokens(result), Seconds(result)) { TimeToFirstToken = result.TimeToFirstTokenSeconds };
        }
        catch (RequestErrorException error)
        {
            return Refusal(error);
        }
        catch (RequestRejectedException rejection)
        {
            return Refusal(rejection.ToError());
        }
        catch (SequenceFailedException failure)
        {
            BackendAnswer answer = Refusal(RequestErrorException.Server(failure.Message));
            return failure.Result is { } spent ? answer with { Tokens = Tokens(spent), Seconds = Seconds(spent) } : answer;
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

    private static AttemptTokens Tokens(GenerationResult result) => new(result.PromptTokens, result.CachedTokens, result.CompletionTokens, 0);

    private static AttemptSeconds Seconds(GenerationResult result) => new(result.QueueSeconds, result.PrefillSeconds, result.DecodeSeconds, result.DeviceSeconds);

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
