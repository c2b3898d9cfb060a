using Microsoft.Extensions.Options;
using Pipeline.Engine;
using Pipeline.GpuWorker.Backends.Local;
using Pipeline.GpuWorker.Telemetry;

namespace Pipeline.GpuWorker.Backends;

/// <summary>A model in this process: one that generates text or one that embeds, whichever the directory holds.</summary>
internal sealed class LocalEngineBackend(IOptions<WorkerOptions> options, TimeProvider time, ILogger<LocalEngineBackend> logger) : IBackend
{
    private readonly WorkerOptions _options = options.Value;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ILocalModel? _model;

    public string Device => _options.Device;

    public int MaxRunning => Model.MaxRunning;

    public int Running => _model?.Running ?? 0;

    public double BusySeconds => _model?.BusySeconds ?? 0;

    public Task Completion => _completion.Task;

    private ILocalModel Model => _model ?? throw new InvalidOperationException("The backend has not been started.");

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
        _model = await Task.Run(() => LocalModels.Load(new LocalModelSetting(engine, _options.ModelName, _options.ToolCallFormat), time), cancellationToken);
        LogMessages.ModelLoaded(logger, _options.ModelName, _options.Dtype, _model.ComputesWith);
        if (_model.Warning is { } warning)
        {
            LogMessages.ModelWarning(logger, warning);
        }

        _ = ForwardCompletionAsync(_model);
    }

    public async Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await Model.RunAsync(job, cancellationToken);
        }
        catch (Exception e) when (e is EngineFailedException or ObjectDisposedException)
        {
            throw new BackendFailedException("The engine works no more.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_model is { } model)
        {
            await model.DisposeAsync();
        }

        _completion.TrySetResult();
    }

    private async Task ForwardCompletionAsync(ILocalModel model)
    {
        try
        {
            await model.Completion;
            _completion.TrySetResult();
        }
        catch (EngineFailedException e)
        {
            _completion.TrySetException(e);
        }
    }
}
