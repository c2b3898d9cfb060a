namespace Pipeline.Engine.Planning;

/// <summary>A waiting sequence that may be admitted next.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Cached">Its leading blocks that are cached, as last seen.</param>
/// <param name="Coming">Whether somebody is about to compute the block after those: then it pays to wait.</param>
/// <param name="Sharers">How many others of those who wait begin with that block too: so much is gained by computing it.</param>
/// <param name="Next">The key of the block after those; 0 when all that could be are cached.</param>
internal readonly record struct Candidate(Sequence Sequence, int Cached, bool Coming, int Sharers, UInt128 Next)
{
    /// <summary>A sequence whose prefix has not been looked up.</summary>
    public Candidate(Sequence sequence)
        : this(sequence, 0, false, 0, UInt128.Zero)
    {
    }
}
