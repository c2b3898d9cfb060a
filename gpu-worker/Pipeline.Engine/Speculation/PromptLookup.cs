using Pipeline.Engine.Execution;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Speculation;

/// <summary>
/// Prompt look-up (Saxena, prompt-lookup-decoding, 2023): guesses that what followed the last tokens before follows them again.
/// Before: in the request's own prompt and output; or where more tokens are the same, in what earlier requests of the same salt
/// have generated. The more tokens are the same the better the guess, which is why that is a guess's kind.
/// </summary>
internal sealed class PromptLookup : IDrafter
{
    // Salts whose texts are kept; beyond that all are forgotten, and learned anew.
    private const int Salts = 64;

    private const int Lengths = NgramIndex.Longest + 1;

    private readonly Dictionary<string, SaidBefore> _before = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Kinds => 2 * Lengths;

    /// <inheritdoc/>
    public bool Computes => false;

    /// <inheritdoc/>
    public void Draft(IReadOnlyList<ActiveRequest> requests)
    {
        for (int i = 0; i < requests.Count; i++)
        {
            Draft(requests[i], requests[i].Drafting!);
        }
    }

    /// <inheritdoc/>
    public double WorkOf(in PlannedChunk chunk) => 0;

    /// <inheritdoc/>
    public void Forget(ActiveRequest request)
    {
        if (request.Tokens.Length == request.PromptLength || request.Failure is not null)
        {
            return;
        }

        if (!_before.TryGetValue(request.CacheSalt, out SaidBefore? before))
        {
            if (_before.Count == Salts)
            {
                _before.Clear();
            }

            _before[request.CacheSalt] = before = new SaidBefore();
        }

        before.Add(request.Tokens, request.PromptLength);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What it keeps is memory alone.
    }

    private void Draft(ActiveRequest request, Drafting drafting)
    {
        ReadOnlySpan<int> tokens = request.Tokens;
        NgramIndex index = drafting.Index ??= new NgramIndex();
        index.Extend(tokens);
        int place = index.Find(tokens, tokens, out int length);
        ReadOnlySpan<int> next = tokens[place..];
        int kind = 0, longer = 0;
        ReadOnlySpan<int> others = _before.TryGetValue(request.CacheSalt, out SaidBefore? before) ? before.Find(tokens, out longer) : [];
        if (longer > length)
        {
            next = others;
            (length, kind) = (longer, Lengths);
        }

        if (length == 0)
        {
            return;
        }

        for (int i = 0; i < drafting.Wanted; i++)
        {
            // A run that reaches the end goes round: what repeats is guessed to go on repeating. If a guess is right the next one
            // is founded on a token more.
            request.Draft.Add(next[i % next.Length]);
            drafting.Kinds.Add(kind + Math.Min(length + i, NgramIndex.Longest));
        }
    }
}
