namespace Pipeline.Engine.Embedding.Packing;

/// <summary>Inputs of a step that have the same length: they attend in one call, and nothing is padded.</summary>
/// <param name="FirstRow">The first one's first row; the rows of all lie together, input after input.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Length">Tokens of each.</param>
internal readonly record struct LengthGroup(int FirstRow, int Count, int Length)
{
    /// <summary>Rows of all.</summary>
    public int Rows => Count * Length;
}
