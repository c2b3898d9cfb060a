using Pipeline.Engine.Embedding.Packing;
using Pipeline.Engine.Embedding.Pooling;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Embedding;

/// <summary>
/// Embeds the inputs of many requests at once, step by step. Not thread-safe: one thread adds, cancels and steps (see
/// <see cref="EmbeddingLoop"/>).
/// </summary>
public sealed class EmbeddingEngine : IStepwise<EmbeddingRequest, EmbeddingResult, EmbeddingStatistics>
{
    // Enough rows that matrix products run at full rate; more would only leave the processor's cache.
    private const int CpuBudget = 2048, CudaBudget = 32768;

    // Requests of so many tokens fill a step twice over.
    private const int UsualTokens = 16;

    private readonly IEmbedder _embedder;
    private readonly Pooler _pooler;
    private readonly WaitingInputs _waiting;
    private readonly StepMeter _meter;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, ActiveEmbedding> _active = new(StringComparer.Ordinal);
    private readonly List<Finished<EmbeddingResult>> _finished = [];
    private double _deviceSeconds;

    private EmbeddingEngine(EngineOptions options, IEmbedder embedder, TimeProvider time)
    {
        _embedder = embedder;
        _pooler = new Pooler(embedder.Config.Pooling);
        _waiting = new WaitingInputs(embedder.Config.MaxTokens);
        _meter = new StepMeter(time, () => _deviceSeconds);
        _time = time;
        TokenBudget = options.TokenBudget ?? (options.Device == "cpu" ? CpuBudget : CudaBudget);
        MaxRunning = options.MaxRunningSequences ?? Math.Max(1, 2 * TokenBudget / UsualTokens);
    }

    /// <summary>What the model takes and gives.</summary>
    public EmbedderConfig Config => _embedder.Config;

    /// <summary>Tokens computed in a step, at most; but an input that alone has more is computed whole.</summary>
    public int TokenBudget { get; }

    /// <summary>Requests that it is worth to have in the engine: more only wait in it.</summary>
    public int MaxRunning { get; }

    /// <inheritdoc/>
    public bool HasWork => _active.Count > 0 || _finished.Count > 0;

    /// <inheritdoc/>
    public EmbeddingStatistics Statistics => new()
    {
        Running = _active.Count,
        WaitingInputs = _waiting.Count,
        BusySeconds = _meter.BusySeconds,
        Steps = _meter.Steps,
        Tokens = _meter.PrefillTokens,
        HostSeconds = _meter.HostSeconds,
    };

    /// <summary>Loads a model.</summary>
    /// <param name="options">The set-up; what it says of the KV cache does not matter here.</param>
    /// <param name="timeProvider">The clock that steps are timed by; null for the system's.</param>
    /// <exception cref="ArgumentException">An option cannot work.</exception>
    /// <exception cref="UnsupportedModelException">The model is no embedding model that this engine runs.</exception>
    /// <exception cref="InvalidDataException">The weights are damaged, or not those of the configuration.</exception>
    public static EmbeddingEngine Load(EngineOptions options, TimeProvider? timeProvider = null)
    {
        EngineOptionsValidator.Validate(options);
        return new EmbeddingEngine(options, EmbedderLoader.Load(options), timeProvider ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public void Add(EmbeddingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        EmbeddingValidator.Validate(request, Config);
        if (_active.ContainsKey(request.Id))
        {
            throw new RequestRejectedException("duplicate_id", "id", $"A request {request.Id} is in the engine already.");
        }

        ActiveEmbedding added = new(request, _time.GetTimestamp());
        _active.Add(request.Id, added);
        foreach (EmbeddingInput input in added.Inputs)
        {
            _waiting.Add(input);
        }
    }

    /// <inheritdoc/>
    public bool Cancel(string id)
    {
        if (!_active.TryGetValue(id, out ActiveEmbedding? request))
        {
            return false;
        }

        request.Cancel();
        Report(request);
        return true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finished<EmbeddingResult>> Step()
    {
        _meter.Begin();
        List<EmbeddingInput> inputs = _waiting.Take(TokenBudget);
        if (inputs.Count > 0)
        {
            PackedStep step = new(inputs);
            Apply(step, Compute(step));
        }

        _meter.End();
        Finished<EmbeddingResult>[] finished = [.. _finished];
        _finished.Clear();
        return finished;
    }

    /// <summary>The arithmetic of an input of that many tokens, in multiply-adds.</summary>
    internal double Work(int length) => _embedder.Work(length);

    /// <summary>Gives back the model's memory.</summary>
    public void Dispose() => _embedder.Dispose();

    private float[] Compute(PackedStep step)
    {
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        long start = _time.GetTimestamp();

        // On CUDA this is where the host waits: for the copy, and all before it.
        float[] pooled = _pooler.Pool(_embedder.Forward(step), step.Groups).cpu().data<float>().ToArray();
        _deviceSeconds += _time.GetElapsedTime(start).TotalSeconds;
        return pooled;
    }

    private void Apply(PackedStep step, float[] pooled)
    {
        double seconds = _meter.Add(_meter.Now, _time.GetTimestamp(), step.Rows, 0);
        double total = step.Inputs.Sum(input => _embedder.Work(input.Tokens.Length));

        // All is charged before any is reported: a request may have several inputs in the step.
        foreach (EmbeddingInput input in step.Inputs)
        {
            input.Owner.Charge(seconds * _embedder.Work(input.Tokens.Length) / total, _meter.Now);
        }

        for (int i = 0; i < step.Inputs.Count; i++)
        {
            Receive(step.Inputs[i], pooled.AsSpan(i * Config.Width, Config.Width));
        }
    }

    private void Receive(EmbeddingInput input, ReadOnlySpan<float> pooled)
    {
        ActiveEmbedding request = input.Owner;
        if (request.IsOver)
        {
            return;
        }

        if (EmbeddingVector.Of(pooled, request.Request.Dimensions ?? Config.Width, Config.Normalised) is { } vector)
        {
            request.Receive(input.Index, vector);
        }
        else
        {
            request.Fail($"the model's output for input {input.Index} is not finite.");
        }

        if (request.IsOver)
        {
            Report(request);
        }
    }

    private void Report(ActiveEmbedding request)
    {
        _active.Remove(request.Request.Id);
        foreach (EmbeddingInput input in request.Inputs)
        {
            _waiting.Remove(input);
        }

        EmbeddingResult result = request.ToResult(_time, _time.GetTimestamp());
        if (request.Failure is { } failure)
        {
            failure.Result = result;
        }

        _finished.Add(new Finished<EmbeddingResult>(request.Request.Id, result, request.Failure));
    }
}
