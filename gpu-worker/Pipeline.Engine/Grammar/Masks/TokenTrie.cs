namespace Pipeline.Engine.Grammar.Masks;

/// <summary>
/// The bytes of all tokens as a tree, laid out in the order of a walk from the left: what follows a node below it stands
/// behind it, up to its end. Immutable.
/// </summary>
internal sealed class TokenTrie
{
    private readonly byte[] _bytes;
    private readonly ushort[] _depths;
    private readonly int[] _ends;
    private readonly int[] _firstTokens;
    private readonly int[] _tokens;

    /// <param name="tokens">Tokens with their bytes: none empty. Several may have the same.</param>
    public TokenTrie(IEnumerable<(int Id, byte[] Bytes)> tokens)
    {
        List<(int Id, byte[] Bytes)> sorted = [.. tokens];
        sorted.Sort((a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes) is var order and not 0 ? order : a.Id.CompareTo(b.Id));
        _tokens = [.. sorted.Select(token => token.Id)];
        LongestToken = sorted.Select(token => token.Bytes.Length).DefaultIfEmpty(0).Max();
        List<byte> bytes = [];
        List<ushort> depths = [];
        List<int> ends = [], firstTokens = [], path = [];
        byte[] previous = [];
        for (int i = 0; i < sorted.Count; i++)
        {
            byte[] token = sorted[i].Bytes;
            int shared = previous.AsSpan().CommonPrefixLength(token);
            Close(ends, path, shared, bytes.Count);
            for (int depth = shared; depth < token.Length; depth++)
            {
                path.Add(bytes.Count);
                bytes.Add(token[depth]);
                depths.Add((ushort)depth);
                ends.Add(0);
                // A node on the way to a token has none of its own: its tokens begin and end where the next ones begin.
                firstTokens.Add(i);
            }

            previous = token;
        }

        Close(ends, path, 0, bytes.Count);
        firstTokens.Add(sorted.Count);
        (_bytes, _depths, _ends, _firstTokens) = ([.. bytes], [.. depths], [.. ends], [.. firstTokens]);
    }

    /// <summary>How many nodes there are.</summary>
    public int Count => _bytes.Length;

    /// <summary>Bytes of the longest token.</summary>
    public int LongestToken { get; }

    /// <summary>The byte that leads to a node.</summary>
    public byte Byte(int node) => _bytes[node];

    /// <summary>How many bytes stand before that one.</summary>
    public int Depth(int node) => _depths[node];

    /// <summary>The first node that is not below this one.</summary>
    public int End(int node) => _ends[node];

    /// <summary>The tokens that end at a node.</summary>
    public ReadOnlySpan<int> Tokens(int node) => _tokens.AsSpan(_firstTokens[node].._firstTokens[node + 1]);

    /// <summary>The node that some bytes lead to; -1 where no token begins with them.</summary>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        int found = -1, node = 0, end = Count;
        foreach (byte value in bytes)
        {
            while (node < end && _bytes[node] != value)
            {
                node = _ends[node];
            }

            if (node >= end)
            {
                return -1;
            }

            (found, end) = (node, _ends[node]);
            node++;
        }

        return found;
    }

    private static void Close(List<int> ends, List<int> path, int keep, int end)
    {
        for (; path.Count > keep; path.RemoveAt(path.Count - 1))
        {
            ends[path[^1]] = end;
        }
    }
}
