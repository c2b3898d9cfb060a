using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Execution;

/// <summary>
/// Divides a step's time over its sequences by the arithmetic that each brought, so that the parts sum to the whole; and says what a
/// request would have been charged for its tokens had nothing been guessed. One step at a time.
/// </summary>
/// <param name="work">What chunks bring.</param>
internal sealed class StepShares(WorkModel work)
{
    private double _seconds, _work, _plainWork;
    private int _guessed, _plainRows;
    private bool _prefills;

    /// <summary>Takes up a step that has run.</summary>
    /// <param name="plan">What it computed.</param>
    /// <param name="seconds">How long it took, with its guesses.</param>
    public void Begin(StepPlan plan, double seconds)
    {
        _seconds = seconds;
        _work = _plainWork = 0;
        _guessed = 0;
        _prefills = plan.PrefillTokens > 0;
        foreach (ref readonly PlannedChunk chunk in plan.Chunks)
        {
            _work += Work(chunk);
            _plainWork += PlainWork(chunk);
            _guessed += Guessed(chunk);
        }

        _plainRows = plan.Tokens - _guessed;
    }

    /// <summary>Seconds of the step that a chunk is charged.</summary>
    public double Of(in PlannedChunk chunk) => _seconds * Work(chunk) / _work;

    /// <summary>
    /// Notes what guessing was worth to a request that decoded. Beside prompts a step is taken to be as long as its arithmetic, so
    /// that guesses cost their part; else what steps of its size have cost is what counts.
    /// </summary>
    /// <param name="chunk">Its chunk.</param>
    /// <param name="tokens">Tokens that it got.</param>
    public void Compare(in PlannedChunk chunk, int tokens)
    {
        ActiveRequest request = (ActiveRequest)chunk.Sequence;
        bool forced = chunk.Drafted > 0 && request.IsDraftForced;
        if (_guessed == 0 || tokens == 0 || chunk.IsPrefill || forced || request.Drafting is not { Gain: var gain })
        {
            return;
        }

        double steps = tokens * PlainWork(chunk) / _plainWork;
        if (_prefills)
        {
            gain.AddKnown(steps * _seconds * _plainWork / _work, Of(chunk));
        }
        else
        {
            gain.Add(_plainRows, steps, Of(chunk));
        }
    }

    private static int Guessed(in PlannedChunk chunk) => ((ActiveRequest)chunk.Sequence).IsDraftForced ? 0 : chunk.Drafted;

    /// <summary>What a chunk brought, in multiply-adds, with what it took to guess its tokens.</summary>
    private double Work(in PlannedChunk chunk) => work.Of(chunk) + (((ActiveRequest)chunk.Sequence).Drafting?.Drafter.WorkOf(chunk) ?? 0);

    private double PlainWork(in PlannedChunk chunk)
    {
        int guessed = Guessed(chunk);
        return work.Of(chunk.Start, chunk.Count - guessed, chunk.Scored + chunk.Chosen - guessed);
    }
}
