namespace Pipeline.Engine.Cache;

/// <summary>What is known about one key: where its contents are, and who has to do with them.</summary>
internal struct PrefixEntry
{
    private int _blockPlusOne;

    /// <summary>The block that holds the contents, or -1. (A new entry has none.)</summary>
    public int Block
    {
        readonly get => _blockPlusOne - 1;
        set => _blockPlusOne = value + 1;
    }

    /// <summary>Waiting sequences that begin with the contents.</summary>
    public int Waiting { get; set; }

    /// <summary>Running sequences that are about to compute the contents.</summary>
    public int Coming { get; set; }

    /// <summary>Whether nothing is known: the entry may go.</summary>
    public readonly bool IsEmpty => Block < 0 && Waiting == 0 && Coming == 0;
}
