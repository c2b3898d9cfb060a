namespace Pipeline.Tokenization.Models;

/// <summary>The tokens of a vocabulary as a tree of characters, to find those that a text begins with. Immutable.</summary>
internal sealed class VocabularyTrie
{
    public const int Root = 0;

    /// <summary>The nodes below a node, by the node and the next UTF-16 unit.</summary>
    private readonly Dictionary<ulong, int> _children = [];

    private readonly List<int> _tokens = [-1];

    public VocabularyTrie(IEnumerable<KeyValuePair<string, int>> vocabulary)
    {
        foreach ((string token, int id) in vocabulary)
        {
            int node = Root;
            foreach (char unit in token)
            {
                ulong key = Key(node, unit);
                if (!_children.TryGetValue(key, out int child))
                {
                    _children[key] = child = _tokens.Count;
                    _tokens.Add(-1);
                }
                node = child;
            }
            _tokens[node] = id;
        }
    }

    /// <summary>The node below a node, or -1.</summary>
    public int Next(int node, char unit) => _children.GetValueOrDefault(Key(node, unit), -1);

    /// <summary>The token that ends at a node, or -1.</summary>
    public int Token(int node) => _tokens[node];

    /// <summary>Multiplied by an odd number, which keeps keys apart and spreads their hashes.</summary>
    private static ulong Key(int node, char unit) => (((ulong)(uint)node << 16) | unit) * 0x9E37_79B9_7F4A_7C15;
}
