using Pipeline.Engine.Grammar;

namespace Pipeline.Engine.Sampling;

/// <summary>How one request's tokens are chosen: what it asks for, and what its tokens so far mean for the next.</summary>
internal sealed class TokenChoice
{
    private readonly GenerationRequest _request;
    private readonly ulong _seed;
    private readonly int[] _ends;
    private readonly LogitEdits? _edits;
    private readonly bool _editsEach;
    private readonly ITokenConstraint? _constraint;

    /// <summary>Makes the choice for a request of which nothing is generated yet.</summary>
    /// <param name="request">The request.</param>
    /// <param name="seed">Seeds it.</param>
    /// <param name="endTokens">The model's end tokens.</param>
    public TokenChoice(GenerationRequest request, ulong seed, IReadOnlyList<int> endTokens)
    {
        _request = request;
        _seed = seed;
        _constraint = request.Constraint?.Begin(request.MaxTokens);
        IReadOnlyList<int> own = request.IgnoreEndTokens && _constraint is null ? [] : endTokens;
        _ends = [.. own, .. request.StopTokens];
        SamplingParameters sampling = request.Sampling;
        _editsEach = sampling.CountsTokens || sampling.LogitBias.Count > 0;
        _edits = _editsEach || request.MinTokens > 0
            ? new LogitEdits(sampling, request.Prompt, request.MinTokens > 0 ? _ends : []) : null;
    }

    /// <summary>Seeds the chances.</summary>
    public ulong Seed => _seed;

    /// <summary>Whether the next token cannot be chosen before the host knows all those before it.</summary>
    public bool NeedsTokens => _constraint is not null || _request.Sampling.CountsTokens;

    /// <summary>Whether the limit of tokens has decided what could be chosen.</summary>
    public bool IsCut => _constraint is { IsCut: true };

    /// <summary>How the next token is chosen.</summary>
    /// <param name="generated">Tokens before it.</param>
    public SamplingRow Next(int generated) => new(_request.Sampling, UniformStream.At(_seed, generated))
    {
        Edits = _editsEach || generated < _request.MinTokens ? _edits : null,
        MustGoOn = generated < _request.MinTokens,
        Constraint = _constraint,
        Logprobs = _request.Logprobs,
    };

    /// <summary>Whether a token ends the completion.</summary>
    public bool Ends(int token) => _ends.AsSpan().Contains(token);

    /// <summary>Goes on by a token.</summary>
    /// <returns>Whether it may come next; if not, nothing has changed.</returns>
    public bool Accept(int token)
    {
        if (_constraint is not null && !_constraint.Accept(token))
        {
            return false;
        }

        _edits?.Append(token);
        return true;
    }

    /// <summary>How many leading tokens of a guess could come next, short of one that would end the completion.</summary>
    public int CountPossible(List<int> guess)
    {
        int possible = 0;
        while (possible < guess.Count && !Ends(guess[possible]) && _constraint?.Accept(guess[possible]) != false)
        {
            possible++;
        }

        _constraint?.Rollback(possible);
        return possible;
    }

    /// <summary>Adds the tokens that have to come next because the constraint leaves no choice.</summary>
    /// <param name="tokens">What they are added to.</param>
    /// <param name="most">How many at most.</param>
    public void AddForced(List<int> tokens, int most)
    {
        if (most > 0)
        {
            _constraint?.AddForced(tokens, most);
        }
    }

    /// <summary>Takes back the last tokens accepted.</summary>
    public void TakeBack(ReadOnlySpan<int> tokens)
    {
        _constraint?.Rollback(tokens.Length);
        foreach (int token in tokens)
        {
            _edits?.TakeBack(token);
        }
    }
}
