using System.Runtime.InteropServices;
using Pipeline.Engine.Cache;

namespace Pipeline.Engine.Planning;

/// <summary>
/// A request inside the engine: its tokens so far, and how many of them the KV cache holds. The engine plans ahead of the
/// device: a token that a step under way will choose counts in every length, though its value is not known yet.
/// </summary>
internal class Sequence
{
    // For so much it grows without asking for memory; longer completions double what they have.
    private const int UsualCompletion = 256, UsualBlock = 16;

    private readonly List<int> _tokens;

    /// <summary>Makes a sequence of which nothing is computed yet.</summary>
    public Sequence(string id, IReadOnlyList<int> prompt, int maxTokens, string cacheSalt)
    {
        Id = id;
        PromptLength = prompt.Count;
        MaxTokens = maxTokens;
        CacheSalt = cacheSalt;
        _tokens = new List<int>(prompt.Count + Math.Min(maxTokens, UsualCompletion));
        _tokens.AddRange(prompt);
        Table = new BlockTable(cacheSalt, (_tokens.Capacity / UsualBlock) + 1);
        Place = new LinkedListNode<Sequence>(this);
    }

    /// <summary>The request's id.</summary>
    public string Id { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>Whether it turns by the frequencies that the model has for long sequences.</summary>
    public bool IsStretched { get; init; }

    /// <summary>Tokens it may generate.</summary>
    public int MaxTokens { get; }

    /// <summary>Prompt and generated tokens whose values are known.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>
    /// Tokens that are guessed to come next. They count in no length: a step computes them behind the newest token, sees which
    /// the model would have chosen itself, and keeps those.
    /// </summary>
    public List<int> Draft { get; } = [];

    /// <summary>Whether it had better wait for tokens that are only expected: then those that follow can be guessed.</summary>
    public bool WaitsForTokens { get; set; }

    /// <summary>Tokens that steps under way will choose, at least: they follow <see cref="Tokens"/>.</summary>
    public int Expected { get; private set; }

    /// <summary>Which of the tokens chosen by the step under way is its own; of use while <see cref="Expected"/> is 1.</summary>
    public int ExpectedAt { get; private set; }

    /// <summary>
    /// Whether the host has to know all its tokens before the next one can be chosen: then nothing is planned for it while one
    /// is expected.
    /// </summary>
    public bool NeedsTokens { get; init; }

    /// <summary>Whether it is to be told how likely its prompt is: then all of that is computed, also what the cache has.</summary>
    public bool ScoresPrompt { get; init; }

    /// <summary>Whether nothing can be planned for it before a step under way has ended.</summary>
    public bool IsHeld => Expected > 0 && (NeedsTokens || WaitsForTokens || Draft.Count > 0);

    /// <summary>Number of prompt and generated tokens, expected ones included.</summary>
    public int Length => _tokens.Count + Expected;

    /// <summary>Tokens generated so far, expected ones included. Preemption does not lose them.</summary>
    public int Generated => Length - PromptLength;

    /// <summary>Whether all that it may generate is generated or expected: nothing more is to be computed.</summary>
    public bool IsComplete => Generated >= MaxTokens;

    /// <summary>Tokens whose keys and values the cache holds, or will when the steps under way have run. Never the newest token's.</summary>
    public int Computed { get; set; }

    /// <summary>Tokens to compute before the next one can be chosen; at least 1.</summary>
    public int Remaining => Length - Computed;

    /// <summary>Prompt tokens that the prefix cache had when the sequence was first admitted.</summary>
    public int? CachedTokens { get; set; }

    /// <summary>Only sequences of the same salt share what they know.</summary>
    public string CacheSalt { get; }

    /// <summary>Its blocks.</summary>
    public BlockTable Table { get; }

    /// <summary>How often it lost its blocks to older sequences.</summary>
    public int Preemptions { get; set; }

    /// <summary>Its place in the line of those that wait. Made with it, so that waiting takes no memory.</summary>
    public LinkedListNode<Sequence> Place { get; }

    /// <summary>Notes that a step which computes a chunk of it is under way.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="sample">Which of the step's chosen tokens will be its own, if the chunk samples.</param>
    public void Launch(PlannedChunk chunk, int sample)
    {
        Computed = chunk.End - chunk.Drafted;
        if (chunk.Samples)
        {
            Expected++;
            ExpectedAt = sample;
        }
    }

    /// <summary>Adds a generated token: the one that was expected, if one was.</summary>
    public void Append(int token)
    {
        _tokens.Add(token);
        Expected -= Expected > 0 ? 1 : 0;
    }

    /// <summary>Takes back all tokens but the first ones, and what was computed of them. None may be expected.</summary>
    public void Cut(int length)
    {
        _tokens.RemoveRange(length, _tokens.Count - length);
        Computed = Math.Min(Computed, length);
    }

    /// <summary>Ends the check of its <see cref="Draft"/>: that many of the guessed tokens are its own now, and so computed.</summary>
    public void Settle(int accepted)
    {
        // One that lost its blocks meanwhile has lost these too.
        Computed += Computed > 0 ? accepted : 0;
        Draft.Clear();
    }
}
