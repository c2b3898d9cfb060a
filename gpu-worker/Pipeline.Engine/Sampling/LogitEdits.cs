namespace Pipeline.Engine.Sampling;

/// <summary>
/// What one request changes in the model's logits: its bias, penalties for the tokens that are there already, and the end that
/// must not come yet. Grows with the tokens; the state is that before the next one. One thread at a time.
/// </summary>
internal sealed class LogitEdits
{
    private readonly SamplingParameters _parameters;
    private readonly Dictionary<int, int> _places = [];
    private readonly List<Entry> _entries = [];

    /// <summary>Makes the edits of a request of which nothing is generated yet.</summary>
    /// <param name="parameters">What it asks for.</param>
    /// <param name="prompt">Its prompt, which counts for the repetition penalty.</param>
    /// <param name="endTokens">The tokens that end it, if it has to go on for some time.</param>
    public LogitEdits(SamplingParameters parameters, IReadOnlyList<int> prompt, IEnumerable<int> endTokens)
    {
        _parameters = parameters;
        foreach ((int token, float bias) in parameters.LogitBias)
        {
            Change(token, entry => entry with { Bias = bias });
        }

        foreach (int token in endTokens)
        {
            Change(token, entry => entry with { Ends = true });
        }

        if (parameters.RepetitionPenalty != 1)
        {
            foreach (int token in prompt)
            {
                Change(token, entry => entry with { InPrompt = true });
            }
        }
    }

    /// <summary>Counts a token that has come.</summary>
    public void Append(int token) => Count(token, 1);

    /// <summary>Takes one back.</summary>
    public void TakeBack(int token) => Count(token, -1);

    /// <summary>Adds what is to be done to the next row: each token's logit at most once.</summary>
    /// <param name="edits">What it is added to.</param>
    /// <param name="mustGoOn">Whether the end is not to be chosen.</param>
    public void AddTo(List<LogitEdit> edits, bool mustGoOn)
    {
        foreach (Entry entry in _entries)
        {
            bool banned = mustGoOn && entry.Ends;
            if (banned || entry.Bias != 0 || entry.InPrompt || entry.Count != 0)
            {
                edits.Add(new LogitEdit(
                    entry.Token,
                    banned ? float.NegativeInfinity : entry.Bias,
                    entry.InPrompt || entry.Count > 0 ? _parameters.RepetitionPenalty : 1,
                    (entry.Count * _parameters.FrequencyPenalty) + (entry.Count > 0 ? _parameters.PresencePenalty : 0)));
            }
        }
    }

    /// <summary>Takes the end out of a mask, unless it allows nothing else.</summary>
    public void TakeEndOut(Span<uint> mask)
    {
        int others = 0;
        foreach (uint word in mask)
        {
            others += System.Numerics.BitOperations.PopCount(word);
        }

        foreach (Entry entry in _entries)
        {
            others -= entry.Ends && (mask[entry.Token / 32] >> (entry.Token % 32) & 1) != 0 ? 1 : 0;
        }

        if (others == 0)
        {
            return;
        }

        foreach (Entry entry in _entries)
        {
            mask[entry.Token / 32] &= entry.Ends ? ~(1u << (entry.Token % 32)) : uint.MaxValue;
        }
    }

    private void Count(int token, int more)
    {
        if (_parameters.CountsTokens)
        {
            Change(token, entry => entry with { Count = entry.Count + more });
        }
    }

    private void Change(int token, Func<Entry, Entry> change)
    {
        if (!_places.TryGetValue(token, out int place))
        {
            place = _places[token] = _entries.Count;
            _entries.Add(new Entry(token, 0, 0, false, false));
        }

        _entries[place] = change(_entries[place]);
    }

    private readonly record struct Entry(int Token, int Count, float Bias, bool InPrompt, bool Ends);
}
