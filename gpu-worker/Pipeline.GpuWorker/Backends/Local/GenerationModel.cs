using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization;

namespace Pipeline.GpuWorker.Backends.Local;

/// <summary>A model that generates text.</summary>
internal sealed class GenerationModel : ILocalModel
{
    private readonly EngineLoop _loop;
    private readonly GenerationJobs _jobs;

    private GenerationModel(EngineLoop loop, RequestMapper mapper)
    {
        _loop = loop;
        _jobs = new GenerationJobs(mapper, loop.GenerateAsync);
    }

    public int MaxRunning => _loop.MaxRunning;

    public int Running => _loop.Statistics.Running;

    public double BusySeconds => _loop.Statistics.BusySeconds;

    public string ComputesWith => $"{_loop.KernelName} kernels";

    public string? Warning => _loop.KernelWarning;

    public Task Completion => _loop.Completion;

    /// <inheritdoc cref="LocalModels.Load"/>
    public static GenerationModel Load(LocalModelSetting setting, TimeProvider time)
    {
        string directory = setting.Engine.ModelDirectory;

        // An engine does without a tokenizer; what comes as text does not.
        Tokenizer tokenizer = Tokenizer.Load(directory);
        ChatTemplate? template = ChatTemplate.Find(directory, time);
        EngineLoop loop = new(InferenceEngine.Load(setting.Engine, time));
        return new GenerationModel(loop, new RequestMapper(tokenizer, template, setting.Name, loop.ModelConfig.ContextLength, time, toolCallFormat: setting.ToolCallFormat, constraints: loop.Constraints));
    }

    public Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken) => _jobs.RunAsync(job, cancellationToken);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
