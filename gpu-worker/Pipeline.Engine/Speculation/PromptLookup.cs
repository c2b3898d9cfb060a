using Pipeline.Engine.Execution;

namespace Pipeline.Engine.Speculation;

/// <summary>
/// Prompt look-up (Saxena, prompt-lookup-decoding, 2023): guesses that what followed the last tokens before, in the prompt or in
/// the output, follows them again.
/// </summary>
internal sealed class PromptLookup : IDrafter
{
    /// <inheritdoc/>
    public void Draft(IReadOnlyList<ActiveRequest> requests)
    {
        for (int i = 0; i < requests.Count; i++)
        {
            Draft(requests[i], requests[i].Drafting!);
        }
    }

    /// <inheritdoc/>
    public void Forget(ActiveRequest request)
    {
        // The index goes with the request.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It keeps nothing.
    }

    private static void Draft(ActiveRequest request, Drafting drafting)
    {
        ReadOnlySpan<int> tokens = request.Tokens;
        int place = (drafting.Index ??= new NgramIndex()).Find(tokens, out int length);
        if (length == 0)
        {
            return;
        }

        // A run that reaches the end goes round: what repeats is guessed to go on repeating.
        int period = tokens.Length - place;
        for (int i = 0; i < drafting.Wanted; i++)
        {
            request.Draft.Add(tokens[place + (i % period)]);
        }
    }
}
