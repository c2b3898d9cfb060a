using System.Runtime.InteropServices;
using Pipeline.Engine.Cache;

namespace Pipeline.Engine.Planning;

/// <summary>A request inside the engine: its tokens so far, and how many of them the KV cache holds.</summary>
internal sealed class Sequence
{
    private readonly List<int> _tokens;

    /// <summary>Makes a sequence of which nothing is computed yet.</summary>
    public Sequence(string id, IReadOnlyList<int> prompt, int maxTokens, string cacheSalt)
    {
        Id = id;
        PromptLength = prompt.Count;
        MaxTokens = maxTokens;
        _tokens = new List<int>(prompt);
        Table = new BlockTable(cacheSalt);
    }

    /// <summary>The request's id.</summary>
    public string Id { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>Tokens it may generate.</summary>
    public int MaxTokens { get; }

    /// <summary>Prompt and generated tokens.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Number of prompt and generated tokens.</summary>
    public int Length => _tokens.Count;

    /// <summary>Tokens generated so far. Preemption does not lose them.</summary>
    public int Generated => _tokens.Count - PromptLength;

    /// <summary>Tokens whose keys and values the cache holds. The newest token's are never among them.</summary>
    public int Computed { get; set; }

    /// <summary>Prompt tokens that the prefix cache had when the sequence was first admitted.</summary>
    public int? CachedTokens { get; set; }

    /// <summary>Its blocks.</summary>
    public BlockTable Table { get; }

    /// <summary>How often it lost its blocks to older sequences.</summary>
    public int Preemptions { get; set; }

    /// <summary>Adds a generated token.</summary>
    public void Append(int token) => _tokens.Add(token);
}
