using Pipeline.Engine.Grammar.Automata;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>One sequence's way through a language. After an end token only end tokens may come.</summary>
/// <param name="grammar">The language.</param>
internal sealed class TokenConstraint(CompiledGrammar grammar) : ITokenConstraint
{
    private readonly List<Configuration?> _before = [];

    // Null once the output has ended.
    private Configuration? _at = grammar.Start;

    /// <summary>Whether the output may end here.</summary>
    public bool MayEnd => _at is null || _at.MayEnd;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The vocabulary has no token for any of the bytes that may come.</exception>
    public void WriteMask(Span<uint> mask)
    {
        if (_at is null)
        {
            mask.Clear();
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

        if (MayEnd)
        {
            foreach (int token in grammar.Vocabulary.EndTokens)
            {
                Set(mask, token);
            }
        }

        if (!mask.ContainsAnyExcept(0u))
        {
            throw new InvalidOperationException("The output cannot go on: the vocabulary has no token for the characters that have to come.");
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
        }
    }

    /// <inheritdoc/>
    public void AddForced(List<int> tokens, int most)
    {
        Configuration? at = _at;
        for (int added = 0; added < most && at is not null && grammar.Forced(at) is { } token; added++)
        {
            tokens.Add(token);
            at = grammar.Read(at, grammar.Vocabulary.Bytes(token));
        }
    }

    private static void Set(Span<uint> mask, int token) => mask[token / 32] |= 1u << (token % 32);
}
