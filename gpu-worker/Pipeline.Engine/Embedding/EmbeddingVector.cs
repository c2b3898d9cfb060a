namespace Pipeline.Engine.Embedding;

/// <summary>The last step to a vector, on the host: few values, and each request may want others.</summary>
internal static class EmbeddingVector
{
    // As torch.nn.functional.normalize: a vector of zeros stays one.
    private const double LeastLength = 1e-12;

    /// <summary>Makes the vector that a request gets.</summary>
    /// <param name="pooled">The whole vector.</param>
    /// <param name="dimensions">Values to keep.</param>
    /// <param name="normalised">Whether what is kept is to have length 1.</param>
    /// <returns>The vector, or null: the values are no finite numbers.</returns>
    public static float[]? Of(ReadOnlySpan<float> pooled, int dimensions, bool normalised)
    {
        float[] kept = pooled[..dimensions].ToArray();
        double squares = 0;
        foreach (float value in kept)
        {
            squares += (double)value * value;
        }

        if (!double.IsFinite(squares))
        {
            return null;
        }

        if (normalised)
        {
            double length = Math.Max(Math.Sqrt(squares), LeastLength);
            for (int i = 0; i < kept.Length; i++)
            {
                kept[i] = (float)(kept[i] / length);
            }
        }

        return kept;
    }
}
