using Pipeline.Engine.Grammar.Automata;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>
/// A language over a vocabulary: which tokens may come next, found out once for each state and kept. Shared by all sequences
/// whose outputs belong to it. Thread-safe.
/// </summary>
internal sealed class CompiledGrammar : OutputConstraint
{
    /// <summary>A longer run of bytes that must come is forced piece by piece.</summary>
    private const int LongestRun = 256;

    private const long NodeBytes = 160;

    private readonly TokenVocabulary _vocabulary;
    private readonly PushdownAutomaton _automaton;
    private readonly Endings _endings;
    private readonly long _graphBytes;

    /// <param name="root">What the language is.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="mostBytes">About how much memory its states and masks may take.</param>
    /// <exception cref="GrammarException">No text belongs to it, or it is too large.</exception>
    public CompiledGrammar(Rule root, TokenVocabulary vocabulary, long mostBytes = 64 << 20)
    {
        _vocabulary = vocabulary;
        Graph graph = GraphBuilder.Build(root);
        _automaton = new PushdownAutomaton(graph, mostBytes);
        _endings = new Endings(graph);
        _graphBytes = NodeBytes * graph.Nodes.Count;
    }

    /// <summary>The tokens.</summary>
    public TokenVocabulary Vocabulary => _vocabulary;

    /// <summary>Where every output begins.</summary>
    public Configuration Start => _automaton.Start;

    /// <summary>About how much memory it takes now, with its states and masks.</summary>
    public long Bytes => _graphBytes + _automaton.Bytes;

    /// <inheritdoc/>
    internal override ITokenConstraint Begin() => new TokenConstraint(this);

    /// <inheritdoc/>
    internal override ITokenConstraint Begin(int mostTokens) => new TokenConstraint(this, mostTokens);

    /// <summary>Goes on by bytes.</summary>
    /// <returns>Where that leads; null where they cannot come.</returns>
    public Configuration? Read(Configuration from, ReadOnlySpan<byte> bytes) =>
        _automaton.Read(_automaton.Renew(from), bytes) is var to && to == Configuration.Dead ? null : to;

    /// <summary>The tokens of text that may come next, end tokens left out: all that the language allows.</summary>
    public TokenMask Mask(Configuration at) => NoteOf(_automaton.Renew(at)).Mask.Value;

    /// <summary>
    /// The token that comes next because no other bytes can, and because the tokenizer makes those bytes so: see
    /// <see cref="ForcedTokens"/>; null where there is a choice.
    /// </summary>
    public int? Forced(Configuration at) => NoteOf(_automaton.Renew(at)).Forced.Value;

    /// <summary>Bytes of a shortest way to the end: so many tokens always suffice, since each byte is one at worst.</summary>
    public int BytesToEnd(Configuration at) => NoteOf(_automaton.Renew(at)).BytesToEnd.Value;

    /// <summary>Tokens that suffice to come to the end, the end token not counted: of a shortest text, as the tokenizer cuts it.</summary>
    public int TokensToEnd(Configuration at) => NoteOf(_automaton.Renew(at)).TokensToEnd.Value;

    /// <summary>
    /// Marks the tokens that may come next and still leave room to finish: see <see cref="Mask"/>.
    /// </summary>
    /// <param name="at">The state.</param>
    /// <param name="most">Tokens that may be needed after the next one, the end token not counted.</param>
    /// <param name="mask">Bits of tokens; all are written.</param>
    /// <returns>Whether any token was left out for want of room.</returns>
    public bool MarkFinishable(Configuration at, int most, Span<uint> mask)
    {
        mask.Clear();
        return TrieWalk.Mark(_automaton, _vocabulary.Trie, _automaton.Renew(at), mask, to => Fits(to, most));
    }

    /// <summary>Whether the end can be reached within so many tokens.</summary>
    public bool Fits(Configuration at, int most) => BytesToEnd(at) <= most || TokensToEnd(at) <= most;

    private StateNote NoteOf(Configuration at)
    {
        if (at.Note is StateNote known)
        {
            return known;
        }

        var made = new StateNote(
            new Lazy<TokenMask>(() => FindMask(at)), new Lazy<int?>(() => FindForced(at)),
            new Lazy<int>(() => _endings.Bytes(at)), new Lazy<int>(() => CountTokensToEnd(at)));
        at.Note = made;
        return made;
    }

    private TokenMask FindMask(Configuration at)
    {
        Configuration alike = _automaton.Alike(at, _vocabulary.Trie.LongestToken);
        if (alike != at)
        {
            return NoteOf(alike).Mask.Value;
        }

        uint[] words = new uint[_vocabulary.MaskWords];
        TrieWalk.Mark(_automaton, _vocabulary.Trie, at, words);
        var mask = new TokenMask(words);
        _automaton.AddBytes(mask.Bytes);
        return mask;
    }

    private int? FindForced(Configuration at) => ForcedTokens.First(_automaton, _vocabulary, at, LongestRun);

    private int CountTokensToEnd(Configuration at)
    {
        List<byte> text = [];
        while (!at.MayEnd)
        {
            text.Add(_endings.First(at));
            at = _automaton.Step(at, text[^1]);
        }

        byte[] bytes = [.. text];
        int[] tokens = _vocabulary.Encode(bytes);
        // A tokenizer that changes the text counts for nothing: then each byte is a token.
        return tokens.Sum(token => _vocabulary.Bytes(token).Length) == bytes.Length ? tokens.Length : bytes.Length;
    }

    /// <summary>What is known of a state. Two threads may both make one; they find the same.</summary>
    private sealed record StateNote(Lazy<TokenMask> Mask, Lazy<int?> Forced, Lazy<int> BytesToEnd, Lazy<int> TokensToEnd);
}
