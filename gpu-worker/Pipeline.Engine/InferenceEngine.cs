using System.Buffers.Binary;
using System.Collections.ObjectModel;
using System.Security.Cryptography;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using Pipeline.Engine.Speculation;
using Pipeline.Tokenization;

namespace Pipeline.Engine;

/// <summary>
/// Generates completions for many requests at once, step by step. Not thread-safe: one thread adds,
/// cancels and steps (see <see cref="EngineLoop"/>).
/// </summary>
public sealed class InferenceEngine : IDisposable, IStepwise<GenerationRequest, GenerationResult, EngineStatistics>
{
    private readonly EngineCore _core;
    private readonly Flights _flights;
    private readonly StepMeter _meter;
    private readonly Speculator _speculator;
    private readonly TimeProvider _time;
    private readonly RequestValidator _validator;
    private readonly StepShares _shares;
    private readonly Tokenizer? _tokenizer;
    private readonly Func<IReadOnlySet<int>, ITextDecoder?> _decoders;
    private readonly int[] _endTokens;
    private readonly Dictionary<string, ActiveRequest> _active = new(StringComparer.Ordinal);
    private readonly List<ActiveRequest> _cancelled = [];
    private readonly List<FinishedGeneration> _finished = [];
    private readonly ulong _seed;
    private readonly bool _jumpAhead;
    private ulong _arrivals;

    private InferenceEngine(
        EngineOptions options, EngineCore core, Tokenizer? tokenizer, Func<IReadOnlySet<int>, ITextDecoder?> decoders, TimeProvider time)
    {
        _core = core;
        _flights = new Flights(options.StepsAhead ?? (core.Runner.RunsAlone ? 1 : 0), core.Runner.MakeFlight);
        _meter = new StepMeter(time, () => core.Runner.DeviceSeconds + (core.Draft?.DeviceSeconds ?? 0));
        _speculator = Speculators.Make(options, core.Draft, time);
        _jumpAhead = options.JumpAhead;
        _time = time;
        _tokenizer = tokenizer;
        _decoders = decoders;
        _endTokens = [.. core.Model.EndTokens.Union(tokenizer?.EndTokens ?? (IEnumerable<int>)[])];
        _validator = new RequestValidator(core.Model, (long)core.Blocks.Total * options.BlockSize, decoders(ReadOnlySet<int>.Empty) is not null);
        _shares = new StepShares(new WorkModel(core.Model));
        _seed = options.Seed is { } given
            ? (ulong)given : BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>The model's shape.</summary>
    public ModelConfig ModelConfig => _core.Model;

    /// <summary>The model's tokenizer.</summary>
    /// <exception cref="InvalidOperationException">The model directory has none.</exception>
    public Tokenizer Tokenizer => _tokenizer
        ?? throw new InvalidOperationException("The model directory has no tokenizer: only token ids can be used.");

    /// <summary>Makes constraints of the forms that outputs have to have.</summary>
    /// <exception cref="InvalidOperationException">The model directory has no tokenizer.</exception>
    public OutputConstraints Constraints => field ??= new OutputConstraints(Tokenizer, _endTokens, _time);

    /// <summary>Sequences computed at a time.</summary>
    public int MaxRunning => _core.Size.MaxRunning;

    /// <summary>Tokens computed in a step, at most.</summary>
    public int TokenBudget => _core.Size.TokenBudget;

    /// <summary>The kernels that it computes with: see <see cref="EngineOptions.Kernels"/>.</summary>
    public string KernelName => _core.Kernels.Kernels.Name;

    /// <summary>Why faster kernels were not taken, though they should have been; null if all is well.</summary>
    public string? KernelWarning => _core.Kernels.Warning;

    /// <summary>Seconds spent in steps that computed something.</summary>
    public double BusySeconds => _meter.BusySeconds;

    /// <summary>Whether a step would do anything.</summary>
    public bool HasWork => _active.Count > 0;

    /// <summary>How the engine stands now.</summary>
    public EngineStatistics Statistics => new()
    {
        Running = _core.Planner.Running.Count,
        Waiting = _core.Planner.WaitingCount,
        TotalBlocks = _core.Blocks.Total,
        FreeBlocks = _core.Blocks.Free,
        CachedBlocks = _core.Blocks.Cached,
        Preemptions = _core.Planner.Preemptions,
        BusySeconds = BusySeconds,
        Steps = _meter.Steps,
        PrefillTokens = _meter.PrefillTokens,
        DecodeTokens = _meter.DecodeTokens,
        Drafts = _speculator.Drafts,
        DraftedTokens = _speculator.Drafted,
        AcceptedTokens = _speculator.Accepted,
        HostSeconds = _meter.HostSeconds,
        AllocatedBytes = _meter.AllocatedBytes,
    };

    /// <summary>Loads a model and takes the memory for its KV cache.</summary>
    /// <param name="options">The set-up.</param>
    /// <param name="timeProvider">The clock that steps are timed by; null for the system's.</param>
    /// <exception cref="ArgumentException">An option cannot work; or the draft model's tokens are not the model's.</exception>
    /// <exception cref="UnsupportedModelException">The model is none this engine runs.</exception>
    /// <exception cref="InvalidDataException">The weights are damaged, or not those of the configuration.</exception>
    public static InferenceEngine Load(EngineOptions options, TimeProvider? timeProvider = null)
    {
        EngineOptionsValidator.Validate(options);
        Tokenizer? tokenizer = Tokenizer.IsIn(options.ModelDirectory)
            ? Tokenizer.Load(options.ModelDirectory) : null;
        DraftVocabulary.Check(options, tokenizer);
        return Load(options, timeProvider, tokenizer, shown => tokenizer is null ? null : new TokenizerTextDecoder(tokenizer, shown));
    }

    /// <summary>Takes a request in. It is computed by the steps that follow.</summary>
    /// <exception cref="RequestRejectedException">It could never be run, or its id is taken. Nothing has changed.</exception>
    public void Add(GenerationRequest request)
    {
        _validator.Validate(request);
        _speculator.Validate(request);
        if (_active.ContainsKey(request.Id))
        {
            throw new RequestRejectedException("duplicate_id", "id", $"A request {request.Id} is in the engine already.");
        }

        ulong own = request.Sampling.Seed is { } seed
            ? UniformStream.SeedOf((ulong)seed, request.Choice) : UniformStream.Mix(_seed + _arrivals++);
        bool stretched = (long)request.Prompt.Count + request.MaxTokens > (_core.Model.StretchedFrom ?? long.MaxValue);
        if (stretched)
        {
            // Their keys are turned otherwise: nothing is shared with shorter ones.
            request = request with { CacheSalt = request.CacheSalt + "\0stretched" };
        }

        ActiveRequest added = new(
            request, new CompletionText(_decoders(request.ShownTokens), request.Stop), new TokenChoice(request, own, _endTokens), _time.GetTimestamp())
        {
            Drafting = _speculator.For(request),
            IsStretched = stretched,
        };
        _active.Add(request.Id, added);
        _core.Planner.Add(added);
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

    /// <summary>
    /// Plans a forward pass, launches it, and applies what came of the one that has run: the same one, or where the device
    /// computes by itself the one before, so that it never waits for a plan.
    /// </summary>
    /// <exception cref="Exception">The device or the engine itself failed: the engine is not to be used further.</exception>
    public StepResult Step()
    {
        _meter.Begin();
        RemoveCancelled();
        Flight next = _flights.Next;
        next.DraftSeconds = _speculator.Propose(_core.Planner.Running);
        if (_jumpAhead)
        {
            JumpAhead.Propose(_core.Planner.Running);
        }

        _core.Planner.Plan(next.Plan);
        _core.Runner.Clear(_core.Blocks.TakeBlocksToClear());
        if (!next.Plan.IsEmpty)
        {
            Launch(next);
        }

        StepResult result = _flights.Land(idle: next.Plan.IsEmpty) is { } landed ? Apply(landed) : new StepResult(TakeFinished(), 0, 0, 0);
        _meter.End();
        return result;
    }

    IReadOnlyList<Finished<GenerationResult>> IStepwise<GenerationRequest, GenerationResult, EngineStatistics>.Step() =>
        [.. Step().Finished.Select(finished => new Finished<GenerationResult>(finished.Id, finished.Result, finished.Failure))];

    /// <summary>Throws unless free, used and cached blocks make up all, and references are those of the sequences.</summary>
    /// <exception cref="Cache.CacheIntegrityException">The books do not balance.</exception>
    public void CheckIntegrity()
    {
        _core.Planner.CheckIntegrity();
        _core.Draft?.CheckIntegrity();
    }

    /// <summary>Gives back the model's and the cache's memory.</summary>
    public void Dispose()
    {
        _flights.Dispose();
        _speculator.Dispose();
        _core.Runner.Dispose();
    }

    /// <summary>Loads with a given way to make text: for tests.</summary>
    internal static InferenceEngine Load(
        EngineOptions options, TimeProvider? timeProvider, Tokenizer? tokenizer, Func<ITextDecoder?> decoders) =>
        Load(options, timeProvider, tokenizer, _ => decoders());

    private static InferenceEngine Load(
        EngineOptions options, TimeProvider? timeProvider, Tokenizer? tokenizer, Func<IReadOnlySet<int>, ITextDecoder?> decoders) =>
        new(options, EngineCore.Build(options, timeProvider ?? TimeProvider.System), tokenizer, decoders, timeProvider ?? TimeProvider.System);

    private void Launch(Flight flight)
    {
        flight.Start = _meter.Now;
        _core.Runner.Launch(flight, _flights.Last);
        _flights.Launch();
        int sample = 0;
        foreach (ref readonly PlannedChunk chunk in flight.Plan.Chunks)
        {
            sample += chunk.Scored;
            chunk.Sequence.Launch(chunk, sample);
            sample += chunk.Chosen;
            ((ActiveRequest)chunk.Sequence).Launched(flight.Start);
        }
    }

    private StepResult Apply(Flight flight)
    {
        ChosenValues chosen = _core.Runner.Read(flight);
        long end = _time.GetTimestamp();
        double seconds = _meter.Add(flight.Start, end, flight.Plan.PrefillTokens, flight.Plan.Tokens - flight.Plan.PrefillTokens);
        _speculator.Ran(flight.Plan, seconds - flight.DraftSeconds);
        _shares.Begin(flight.Plan, seconds);
        int sample = 0;
        foreach (ref readonly PlannedChunk chunk in flight.Plan.Chunks)
        {
            ActiveRequest request = (ActiveRequest)chunk.Sequence;
            request.Landed(_shares.Of(chunk), chunk.IsPrefill);
            request.ReceiveScores(chosen.Slice(sample, chunk.Scored), chunk.Start);
            sample += chunk.Scored;
            _shares.Compare(chunk, Receive(request, chosen.Slice(sample, chunk.Chosen), end));
            sample += chunk.Chosen;

            if (request.MayLeave)
            {
                Report(request);
            }
        }

        flight.Chosen.Drop();
        return new StepResult(TakeFinished(), flight.Plan.PrefillTokens, flight.Plan.Tokens - flight.Plan.PrefillTokens, seconds);
    }

    /// <summary>Gives a request its tokens: the guessed ones that are right, and the one that the model chose after them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="chosen">What the model chose after its last token, and after each guessed one that the step checked.</param>
    /// <param name="now">When the step had run.</param>
    /// <returns>How many it got.</returns>
    private int Receive(ActiveRequest request, ChosenValues chosen, long now)
    {
        // What was computed for one that had ended meanwhile is nobody's token.
        if (request.Finish is not null || chosen.Tokens.IsEmpty)
        {
            return 0;
        }

        int right = Speculator.Right(request.Draft, chosen.Tokens), before = request.Tokens.Length;
        for (int i = 0; i <= right && request.Finish is null; i++)
        {
            request.Receive(chosen, i, now);
        }

        if (chosen.Tokens.Length > 1)
        {
            int accepted = Math.Max(0, request.Tokens.Length - before - 1);
            Note(request, chosen.Tokens.Length - 1, right, accepted);
            request.Settle(accepted);
        }

        if (request.Finish is not null)
        {
            // What a failed one computed may be no numbers: nobody is to find it.
            _core.Planner.Remove(request, discard: request.Failure is not null);
        }

        return request.Tokens.Length - before;
    }

    private void Note(ActiveRequest request, int drafted, int right, int accepted)
    {
        if (request.IsDraftForced)
        {
            request.TookForced(accepted);
        }
        else
        {
            _speculator.Checked(request, drafted, right, accepted);
        }
    }

    private void RemoveCancelled()
    {
        foreach (ActiveRequest request in _cancelled)
        {
            _core.Planner.Remove(request);
            if (request.MayLeave)
            {
                Report(request);
            }
        }

        _cancelled.Clear();
    }

    private void Report(ActiveRequest request)
    {
        _active.Remove(request.Id);
        request.Drafting?.Drafter.Forget(request);
        GenerationResult result = request.ToResult(_time, _time.GetTimestamp());
        result = result with { PlainDecodeSeconds = result.DecodeSeconds + _speculator.SavedSeconds(request) };
        if (request.Failure is { } failure)
        {
            failure.Result = result;
        }

        _finished.Add(new FinishedGeneration(request.Id, result, request.Failure));
    }

    private FinishedGeneration[] TakeFinished()
    {
        FinishedGeneration[] finished = [.. _finished];
        _finished.Clear();
        return finished;
    }
}
