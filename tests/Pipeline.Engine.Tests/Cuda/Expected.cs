using Pipeline.Engine.Execution;
using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>What kernels should compute, in float64 and by the book. Weights of values are absolute: they bound the error.</summary>
internal static class Expected
{
    /// <summary>Root mean square normalisation of one row.</summary>
    public static double[] Norm(ReadOnlySpan<double> row, ReadOnlySpan<double> weight, double epsilon, bool offset = false)
    {
        double squares = 0;
        foreach (double x in row)
        {
            squares += x * x;
        }

        double scale = 1 / Math.Sqrt((squares / row.Length) + epsilon);
        double[] normalised = new double[row.Length];
        for (int i = 0; i < row.Length; i++)
        {
            normalised[i] = row[i] * scale * ((offset ? 1 : 0) + weight[i]);
        }

        return normalised;
    }

    /// <summary>A head turned to a position.</summary>
    public static double[] Turn(ReadOnlySpan<double> head, int position, RopeConfig rope, bool stretched = false)
    {
        double[] turned = [.. head], frequencies = (stretched ? rope.StretchedFrequencies() : null) ?? rope.Frequencies();
        int half = frequencies.Length;
        for (int i = 0; i < half; i++)
        {
            (double sine, double cosine) = Math.SinCos(position * frequencies[i]);
            (sine, cosine) = (sine * rope.Magnitude, cosine * rope.Magnitude);
            turned[i] = (head[i] * cosine) - (head[i + half] * sine);
            turned[i + half] = (head[i + half] * cosine) + (head[i] * sine);
        }

        return turned;
    }

    /// <summary>Attention of all rows, and for each number the same sum over the values' magnitudes.</summary>
    public static (double[] Values, double[] Magnitudes) Attend(KernelCase of)
    {
        int heads = of.Model.Heads, keyHeads = of.Model.KeyValueHeads, size = of.Model.HeadSize;
        double[] rows = KernelCase.Values(of.QueryKeyValue), cache = KernelCase.Values(of.Cache.Slots);
        double[] values = new double[of.Layout.Rows * heads * size], magnitudes = new double[values.Length];
        foreach (StepChunk chunk in of.Layout.ChunkAt.Take(of.Layout.Chunks))
        {
            for (int i = 0; i < chunk.Rows * heads; i++)
            {
                int row = chunk.FirstRow + (i / heads), head = i % heads, end = chunk.Start + (i / heads) + 1;
                int first = Math.Max(0, end - (of.Layer.Window ?? end)), seen = end - first;
                int[] at = [.. Enumerable.Range(first, seen).Select(token =>
                    ((of.Layout.Blocks[chunk.FirstBlock + (token / of.Layout.BlockSize)] * of.Layout.BlockSize) + (token % of.Layout.BlockSize))
                    * 2 * keyHeads * size)];
                int key = head / of.Model.Group * size, query = ((row * (heads + (2 * keyHeads))) + head) * size;
                double[] powers = [.. at.Select(slot => Dot(rows.AsSpan(query, size), cache.AsSpan(slot + key, size)) * of.Model.AttentionScale)];
                powers = of.Model.AttentionCap is { } cap ? [.. powers.Select(score => cap * Math.Tanh(score / cap))] : powers;
                double highest = powers.Max();
                powers = [.. powers.Select(score => Math.Exp(score - highest))];
                double sum = powers.Sum();
                for (int d = 0; d < size; d++)
                {
                    for (int token = 0; token < seen; token++)
                    {
                        double value = powers[token] / sum * cache[at[token] + (keyHeads * size) + key + d];
                        values[(((row * heads) + head) * size) + d] += value;
                        magnitudes[(((row * heads) + head) * size) + d] += Math.Abs(value);
                    }
                }
            }
        }

        return (values, magnitudes);
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
