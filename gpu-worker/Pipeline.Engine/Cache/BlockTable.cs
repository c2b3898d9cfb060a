namespace Pipeline.Engine.Cache;

/// <summary>The blocks of one sequence, in token order, and the keys of its full ones as far as they were needed.</summary>
internal sealed class BlockTable(string salt)
{
    private readonly UInt128 _root = BlockKey.Root(salt);
    private readonly List<UInt128> _keys = [];

    /// <summary>Block numbers: block i holds tokens i * block size and on.</summary>
    public List<int> Blocks { get; } = [];

    /// <summary>How many of <see cref="Blocks"/> have been offered to the prefix cache, or came from it.</summary>
    public int Registered { get; set; }

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
}
