namespace Pipeline.Engine.Grammar.Masks;

/// <summary>One sequence that thinks, or does not, and then keeps to a form.</summary>
/// <param name="rules">The form, and the marks around thoughts.</param>
/// <param name="mostTokens">Tokens of the sequence, thoughts included.</param>
internal sealed class ThoughtsConstraint(AfterThoughts rules, int mostTokens) : ITokenConstraint
{
    private int _count;

    // How many tokens came before the form; null while the model thinks.
    private int? _formFrom = rules.BeginToken is null ? null : 0;
    private ITokenConstraint? _form = rules.BeginToken is null ? null : rules.Form.Begin(mostTokens);

    /// <inheritdoc/>
    public bool IsCut => _form is { IsCut: true };

    /// <inheritdoc/>
    public void WriteMask(Span<uint> mask)
    {
        if (_form is not null)
        {
            _form.WriteMask(mask);
            if (MayBeginToThink)
            {
                Set(mask, rules.BeginToken!.Value);
            }

            return;
        }

        mask.Clear();
        TokenVocabulary vocabulary = rules.Form.Vocabulary;
        foreach (int token in vocabulary.TextTokens)
        {
            Set(mask, token);
        }

        Set(mask, rules.EndToken);
    }

    /// <inheritdoc/>
    public bool Accept(int token)
    {
        if (MayBeginToThink && token == rules.BeginToken)
        {
            (_form, _formFrom) = (null, null);
        }
        else if (_form is not null)
        {
            if (!_form.Accept(token))
            {
                return false;
            }
        }
        else if (token == rules.EndToken)
        {
            _formFrom = _count + 1;
            _form = rules.Form.Begin(mostTokens - _count - 1);
        }
        else if (rules.Form.Vocabulary.Bytes(token).IsEmpty)
        {
            return false;
        }

        _count++;
        return true;
    }

    /// <inheritdoc/>
    public void Rollback(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _count);
        _count -= count;
        if (_formFrom <= _count)
        {
            _form!.Rollback(count);
        }
        else if (_count == 0 && rules.BeginToken is not null)
        {
            (_form, _formFrom) = (rules.Form.Begin(mostTokens), 0);
        }
        else
        {
            (_form, _formFrom) = (null, null);
        }
    }

    /// <inheritdoc/>
    public void AddForced(List<int> tokens, int most)
    {
        if (!MayBeginToThink)
        {
            _form?.AddForced(tokens, most);
        }
    }

    private bool MayBeginToThink => _count == 0 && rules.BeginToken is not null;

    private static void Set(Span<uint> mask, int token) => mask[token / 32] |= 1u << (token % 32);
}
