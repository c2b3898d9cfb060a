using Pipeline.Engine.Grammar.Automata;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>
/// One sequence's way through a language. After an end token only end tokens may come. Where the sequence has a limit, what
/// could no longer be finished within it is not allowed: an output that would go on for ever is led to its end instead of being
/// cut off, unless the limit was too small from the beginning.
/// </summary>
/// <param name="grammar">The language.</param>
/// <param name="mostTokens">Tokens of the sequence, the end token included; null for no limit.</param>
internal sealed class TokenConstraint(CompiledGrammar grammar, int? mostTokens = null) : ITokenConstraint
{
    // One token makes the way to the end longer by fewer than so many; before the limit is that close nothing has to be looked at.
    private const int Reserve = 64;

    private readonly List<Configuration?> _before = [];

    // Null once the output has ended.
    private Configuration? _at = grammar.Start;
    private int _cutAt = int.MaxValue;

    /// <summary>Whether the output may end here.</summary>
    public bool MayEnd => _at is null || _at.MayEnd;

    /// <inheritdoc/>
    public bool IsCut => _cutAt < _before.Count;

    /// <inheritdoc/>
    public void WriteMask(Span<uint> mask)
    {
        if (_at is null)
        {
            mask.Clear();
        }
        else if (IsNearLimit(_at))
        {
            WriteFinishable(_at, mask);
        }
        else if (grammar.Forced(_at) is { } forced)
        {
            mask.Clear();
            Set(mask, forced);
            return;
        }
        else
        {
            grammar.Mask(_at).Write(mask);
        }

        AllowEnd(mask);
        if (!mask.ContainsAnyExcept(0u))
        {
            // The vocabulary has no token for the characters that have to come. The one here is not accepted: so this sequence
            // fails, and no other.
            Set(mask, grammar.Vocabulary.EndTokens[0]);
        }
    }

    /// <inheritdoc/>
    public bool Accept(int token)
    {
        Configuration? to = null;
        if (grammar.Vocabulary.IsEnd(token))
        {
            if (!MayEnd)
            {
                return false;
            }
        }
        else if (_at is null || grammar.Vocabulary.Bytes(token) is not { IsEmpty: false } bytes || (to = grammar.Read(_at, bytes)) is null)
        {
            return false;
        }

        _before.Add(_at);
        _at = to;
        return true;
    }

    /// <inheritdoc/>
    public void Rollback(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _before.Count);
        if (count > 0)
        {
            _at = _before[^count];
            _before.RemoveRange(_before.Count - count, count);
            _cutAt = _cutAt > _before.Count ? int.MaxValue : _cutAt;
        }
    }

    /// <inheritdoc/>
    public void AddForced(List<int> tokens, int most)
    {
        int first = tokens.Count, before = _before.Count;
        while (tokens.Count - first < most && _at is not null && !IsNearLimit(_at) && grammar.Forced(_at) is { } token)
        {
            tokens.Add(token);
            Accept(token);
        }

        Rollback(_before.Count - before);
    }

    /// <summary>Tokens left, the end token not counted.</summary>
    private int Left => mostTokens is { } most ? most - _before.Count - 1 : int.MaxValue;

    private bool IsNearLimit(Configuration at) => mostTokens is not null && !grammar.Fits(at, Left - Reserve);

    private void WriteFinishable(Configuration at, Span<uint> mask)
    {
        bool cut = grammar.MarkFinishable(at, Left - 1, mask);
        if (mask.ContainsAnyExcept(0u) || at.MayEnd)
        {
            _cutAt = cut ? Math.Min(_cutAt, _before.Count) : _cutAt;
            return;
        }

        // It cannot be finished any more: then it goes on as it likes, and ends where its tokens do.
        grammar.Mask(at).Write(mask);
    }

    private void AllowEnd(Span<uint> mask)
    {
        if (MayEnd)
        {
            foreach (int token in grammar.Vocabulary.EndTokens)
            {
                Set(mask, token);
            }
        }
    }

    private static void Set(Span<uint> mask, int token) => mask[token / 32] |= 1u << (token % 32);
}
