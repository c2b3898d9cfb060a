namespace Pipeline.Engine.Cache;

/// <summary>The blocks of one sequence, in token order, and the keys of its full ones as far as they were needed.</summary>
/// <param name="salt">Only tables of the same salt share blocks.</param>
/// <param name="capacity">Blocks that it can take on without asking for memory.</param>
internal sealed class BlockTable(string salt, int capacity = 0)
{
    private readonly UInt128 _root = BlockKey.Root(salt);
    private readonly List<UInt128> _keys = new(capacity);

    /// <summary>Block numbers: block i holds tokens i * block size and on.</summary>
    public List<int> Blocks { get; } = new(capacity);

    /// <summary>How many of <see cref="Blocks"/> have been offered to the prefix cache, or came from it.</summary>
    public int Registered { get; set; }

    /// <summary>How many leading keys it is counted as waiting for.</summary>
    public int Awaited { get; set; }

    /// <summary>Keys from <see cref="Registered"/> up to this one are counted as about to be computed by it.</summary>
    public int Announced { get; set; }

    /// <summary>
    /// The key of full block <paramref name="index"/>. Keys are kept: the tokens of a full block never change.
    /// </summary>
    public UInt128 Key(int index, ReadOnlySpan<int> tokens, int blockSize)
    {
        for (int i = _keys.Count; i <= index; i++)
        {
            UInt128 parent = i == 0 ? _root : _keys[i - 1];
            _keys.Add(BlockKey.Next(parent, tokens.Slice(i * blockSize, blockSize)));
        }

        return _keys[index];
    }

    /// <summary>How many keys are known.</summary>
    public int Keys => _keys.Count;

    /// <summary>The key of a full block that was asked for before.</summary>
    public UInt128 KnownKey(int index) => _keys[index];
}
