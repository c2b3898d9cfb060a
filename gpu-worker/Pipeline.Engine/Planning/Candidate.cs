namespace Pipeline.Engine.Planning;

/// <summary>A waiting sequence that may be admitted next.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Cached">Its leading blocks that are cached, as last seen.</param>
/// <param name="Coming">Whether somebody is about to compute the block after those: then it pays to wait.</param>
internal readonly record struct Candidate(Sequence Sequence, int Cached, bool Coming);
