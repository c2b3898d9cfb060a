using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using Pipeline.Engine.Tokenization;

namespace Pipeline.Engine;

/// <summary>
/// Generates completions for many requests at once, step by step. Not thread-safe: one thread adds,
/// cancels and steps (see <see cref="EngineLoop"/>).
/// </summary>
public sealed class InferenceEngine : IDisposable
{
    private readonly EngineCore _core;
    private readonly TimeProvider _time;
    private readonly RequestValidator _validator;
    private readonly WorkModel _work;
    private readonly Tokenizer? _tokenizer;
    private readonly Func<ITextDecoder?> _decoders;
    private readonly IReadOnlyList<int> _endTokens;
    private readonly Dictionary<string, ActiveRequest> _active = new(StringComparer.Ordinal);
    private readonly List<ActiveRequest> _cancelled = [];
    private readonly ulong _seed;
    private ulong _arrivals;

    private InferenceEngine(
        EngineOptions options, EngineCore core, Tokenizer? tokenizer, Func<ITextDecoder?> decoders, TimeProvider time)
    {
        _core = core;
        _time = time;
        _tokenizer = tokenizer;
        _decoders = decoders;
        _endTokens = [.. core.Model.EndTokens.Union(tokenizer?.EndTokens ?? (IEnumerable<int>)[])];
        _validator = new RequestValidator(core.Model, (long)core.Blocks.Total * options.BlockSize, decoders() is not null);
        _work = new WorkModel(core.Model);
        _seed = options.Seed is { } given
            ? (ulong)given : BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>The model's shape.</summary>
    public ModelConfig ModelConfig => _core.Model;

    /// <summary>The model's tokenizer.</summary>
    /// <exception cref="InvalidOperationException">The model directory has none.</exception>
    public Tokenizer Tokenizer => _tokenizer
        ?? throw new InvalidOperationException("The model directory has no tokenizer.json: only token ids can be used.");

    /// <summary>Seconds spent in steps that computed something.</summary>
    public double BusySeconds { get; private set; }

    /// <summary>Whether a step would do anything.</summary>
    public bool HasWork => _active.Count > 0;

    /// <summary>How the engine stands now.</summary>
    public EngineStatistics Statistics => new()
    {
        Running = _core.Planner.Running.Count,
        Waiting = _core.Planner.Waiting.Count,
        TotalBlocks = _core.Blocks.Total,
        FreeBlocks = _core.Blocks.Free,
        CachedBlocks = _core.Blocks.Cached,
        Preemptions = _core.Planner.Preemptions,
        BusySeconds = BusySeconds,
        Steps = Steps,
        PrefillTokens = PrefillTokens,
        DecodeTokens = DecodeTokens,
    };

    private long Steps { get; set; }

    private long PrefillTokens { get; set; }

    private long DecodeTokens { get; set; }

    /// <summary>Loads a model and takes the memory for its KV cache.</summary>
    /// <param name="options">The set-up.</param>
    /// <param name="timeProvider">The clock that steps are timed by; null for the system's.</param>
    /// <exception cref="ArgumentException">An option cannot work.</exception>
    /// <exception cref="UnsupportedModelException">The model is none this engine runs.</exception>
    /// <exception cref="InvalidDataException">The weights are damaged, or not those of the configuration.</exception>
    public static InferenceEngine Load(EngineOptions options, TimeProvider? timeProvider = null)
    {
        EngineOptionsValidator.Validate(options);
        Tokenizer? tokenizer = File.Exists(Path.Combine(options.ModelDirectory, "tokenizer.json"))
            ? Tokenizer.Load(options.ModelDirectory) : null;
        return Load(options, timeProvider, tokenizer, () => tokenizer is null ? null : new TokenizerTextDecoder(tokenizer));
    }

    /// <summary>Takes a request in. It is computed by the steps that follow.</summary>
    /// <exception cref="RequestRejectedException">It could never be run, or its id is taken. Nothing has changed.</exception>
    public void Add(GenerationRequest request)
    {
        _validator.Validate(request);
        if (_active.ContainsKey(request.Id))
        {
            throw new RequestRejectedException("duplicate_id", "id", $"A request {request.Id} is in the engine already.");
        }

        ulong own = (ulong?)request.Sampling.Seed ?? UniformStream.Mix(_seed + _arrivals++);
        ActiveRequest added = new(
            request, new CompletionText(_decoders(), request.Stop), own, _time.GetTimestamp());
        _active.Add(request.Id, added);
        _core.Planner.Add(added.Sequence);
    }

    /// <summary>Ends a request: the next step gives its blocks back and reports it as cancelled.</summary>
    /// <returns>Whether there is such a request.</returns>
    public bool Cancel(string id)
    {
        if (!_active.TryGetValue(id, out ActiveRequest? request))
        {
            return false;
        }

        if (request.Finish is null)
        {
            request.Cancel();
            _cancelled.Add(request);
        }

        return true;
    }

    /// <summary>Plans a forward pass, runs it, and applies what came of it.</summary>
    /// <exception cref="Exception">The device or the engine itself failed: the engine is not to be used further.</exception>
    public StepResult Step()
    {
        List<FinishedGeneration> finished = RemoveCancelled();
        long start = _time.GetTimestamp();
        _core.Runner.Clear(_core.Blocks.TakeBlocksToClear());
        StepPlan plan = _core.Planner.Plan();
        if (plan.IsEmpty)
        {
            return new StepResult(finished, 0, 0, 0);
        }

        IReadOnlyList<(Sequence Sequence, long Token)> next = _core.Runner.Run(plan, s => _active[s.Id].Sampling);
        long end = _time.GetTimestamp();
        Advance(plan, next, start, end);
        double seconds = Attribute(plan, _time.GetElapsedTime(start));
        finished.AddRange(next.Select(n => _active[n.Sequence.Id]).Where(r => r.Finish is not null).Select(Remove));
        return Count(plan, finished, seconds);
    }

    /// <summary>Throws unless free, used and cached blocks make up all, and references are those of the sequences.</summary>
    /// <exception cref="Cache.CacheIntegrityException">The books do not balance.</exception>
    public void CheckIntegrity() => _core.Planner.CheckIntegrity();

    /// <summary>Gives back the model's and the cache's memory.</summary>
    public void Dispose() => _core.Runner.Dispose();

    /// <summary>Loads with a given way to make text: for tests.</summary>
    internal static InferenceEngine Load(
        EngineOptions options, TimeProvider? timeProvider, Tokenizer? tokenizer, Func<ITextDecoder?> decoders) =>
        new(options, EngineCore.Build(options), tokenizer, decoders, timeProvider ?? TimeProvider.System);

    private void Advance(StepPlan plan, IReadOnlyList<(Sequence Sequence, long Token)> next, long start, long end)
    {
        foreach (PlannedChunk chunk in plan.Chunks)
        {
            chunk.Sequence.Computed = chunk.End;
            _active[chunk.Sequence.Id].Start(start);
        }

        foreach ((Sequence sequence, long token) in next)
        {
            _active[sequence.Id].Append(token, _endTokens, end);
        }
    }

    private double Attribute(StepPlan plan, TimeSpan wall)
    {
        double[] work = [.. plan.Chunks.Select(_work.Of)];
        double total = work.Sum();
        foreach ((PlannedChunk chunk, double own) in plan.Chunks.Zip(work))
        {
            _active[chunk.Sequence.Id].AddSeconds(wall.TotalSeconds * own / total, chunk.IsPrefill);
        }

        BusySeconds += wall.TotalSeconds;
        return wall.TotalSeconds;
    }

    private StepResult Count(StepPlan plan, List<FinishedGeneration> finished, double seconds)
    {
        int prefill = plan.Chunks.Where(chunk => chunk.IsPrefill).Sum(chunk => chunk.Count);
        StepResult result = new(finished, prefill, plan.Tokens - prefill, seconds);
        Steps++;
        PrefillTokens += result.PrefillTokens;
        DecodeTokens += result.DecodeTokens;
        return result;
    }

    private List<FinishedGeneration> RemoveCancelled()
    {
        List<FinishedGeneration> finished = [.. _cancelled.Select(Remove)];
        _cancelled.Clear();
        return finished;
    }

    private FinishedGeneration Remove(ActiveRequest request)
    {
        // What a failed one computed may be no numbers: nobody is to find it.
        _core.Planner.Remove(request.Sequence, discard: request.Failure is not null);
        _active.Remove(request.Request.Id);
        GenerationResult result = request.ToResult(_time, _time.GetTimestamp());
        if (request.Failure is { } failure)
        {
            failure.Result = result;
        }

        return new FinishedGeneration(request.Request.Id, result, request.Failure);
    }
}
