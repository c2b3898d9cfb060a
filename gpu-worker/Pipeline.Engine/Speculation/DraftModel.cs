using Pipeline.Engine.Cache;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;

namespace Pipeline.Engine.Speculation;

/// <summary>
/// A smaller model that guesses: it follows each request with a sequence of its own, over a cache of its own, and goes ahead of it
/// token by token, all requests together. It draws its tokens with the chance that the model will meet at the same place, so that
/// where both find the same tokens likely they mostly choose the same one. Where its cache has no room it guesses nothing.
/// </summary>
/// <param name="config">Its shape.</param>
/// <param name="runner">Computes it; owned.</param>
/// <param name="ledger">Gives out its cache's blocks.</param>
/// <param name="tokenBudget">Tokens that it computes at a time.</param>
internal sealed class DraftModel(ModelConfig config, ModelRunner runner, BlockLedger ledger, int tokenBudget) : IDrafter
{
    private readonly WorkModel _work = new(config);
    private readonly Flight _flight = runner.MakeFlight();
    private readonly Dictionary<ActiveRequest, Follower> _followers = [];
    private readonly List<Follower> _ahead = [];

    /// <summary>Seconds in which the host could do nothing but compute or wait.</summary>
    public double DeviceSeconds => runner.DeviceSeconds;

    /// <inheritdoc/>
    public int Kinds => 1;

    /// <inheritdoc/>
    public bool Computes => true;

    /// <inheritdoc/>
    public void Draft(IReadOnlyList<ActiveRequest> requests)
    {
        _ahead.Clear();
        foreach (ActiveRequest request in requests)
        {
            if (Follow(request) is { } follower)
            {
                _ahead.Add(follower);
            }
        }

        while (_ahead.Count > 0)
        {
            Plan();
            runner.Launch(_flight, null);
            Take(runner.Read(_flight));
            _flight.Chosen.Drop();
            _ahead.RemoveAll(follower => !follower.GoesOn);
        }
    }

    /// <inheritdoc/>
    public void Forget(ActiveRequest request)
    {
        if (_followers.Remove(request, out Follower? follower))
        {
            ledger.Release(follower.Sequence.Table);
        }
    }

    /// <inheritdoc/>
    public double WorkOf(in PlannedChunk chunk) =>
        chunk.Drafted == 0 ? 0 : _work.Of(chunk.End - chunk.Drafted, chunk.Drafted, chunk.Drafted);

    /// <inheritdoc/>
    public void Dispose()
    {
        _flight.Dispose();
        runner.Dispose();
    }

    /// <summary>Throws unless the books of its cache balance.</summary>
    public void CheckIntegrity() => ledger.CheckIntegrity([.. _followers.Values.Select(follower => follower.Sequence.Table)]);

    /// <summary>Brings a request's follower to where the request is.</summary>
    /// <returns>The follower; null where the cache has no room for what is to be guessed.</returns>
    private Follower? Follow(ActiveRequest request)
    {
        if (!_followers.TryGetValue(request, out Follower? follower))
        {
            follower = new Follower(request);
            _followers.Add(request, follower);
            follower.Sequence.Computed = ledger.TakeCachedPrefix(follower.Sequence.Table, request.Tokens);
        }

        follower.CatchUp();
        ActiveRequest sequence = follower.Sequence;

        // Only what is certain is made known to others.
        ledger.Register(sequence.Table, sequence.Tokens, sequence.Computed);
        int most = request.Tokens.Length + request.Drafting!.Wanted;
        if (most > config.ContextLength || !ledger.CanGrow(sequence.Table, most))
        {
            return null;
        }

        ledger.Grow(sequence.Table, most);
        return follower;
    }

    private void Plan()
    {
        StepPlan plan = _flight.Plan;
        plan.Clear();
        foreach (Follower follower in _ahead)
        {
            int count = Math.Min(follower.Sequence.Remaining, tokenBudget - plan.Tokens);
            follower.IsPlanned = count > 0;
            if (count > 0)
            {
                plan.Add(new PlannedChunk(follower.Sequence, follower.Sequence.Computed, count));
            }
        }
    }

    private void Take(ChosenValues chosen)
    {
        int sample = 0, chunk = 0;
        foreach (Follower follower in _ahead.Where(follower => follower.IsPlanned))
        {
            ref readonly PlannedChunk planned = ref _flight.Plan.Chunks[chunk++];
            follower.Sequence.Launch(planned, sample);
            if (planned.Samples)
            {
                follower.GoOn(chosen.Tokens[sample++]);
            }
        }
    }
}
