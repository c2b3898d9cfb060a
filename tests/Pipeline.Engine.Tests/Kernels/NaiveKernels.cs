using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Models.Rope;

namespace Pipeline.Engine.Tests.Kernels;

/// <summary>The operations by their definitions, in float64, one number after another.</summary>
internal static class NaiveKernels
{
    public static double[] Norm(double[] x, double[] weight, double epsilon, bool offset)
    {
        double[] result = new double[x.Length];
        int width = weight.Length;
        for (int row = 0; row < x.Length; row += width)
        {
            double squares = x.AsSpan(row, width).ToArray().Sum(value => value * value);
            for (int i = 0; i < width; i++)
            {
                result[row + i] = x[row + i] / Math.Sqrt((squares / width) + epsilon) * ((offset ? 1 : 0) + weight[i]);
            }
        }

        return result;
    }

    public static double[] Gate(double[] gateUp, int width, Activation activation) =>
    [
        .. Enumerable.Range(0, gateUp.Length / 2).Select(i =>
        {
            double gate = gateUp[(i / width * 2 * width) + (i % width)];
            double activated = activation == Activation.Silu
                ? gate / (1 + Math.Exp(-gate))
                : gate / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (gate + (0.044715 * gate * gate * gate))));
            return activated * gateUp[(i / width * 2 * width) + width + (i % width)];
        }),
    ];

    /// <summary>Each query head by one norm, each key head by another.</summary>
    public static double[] NormHeads(double[] projected, double[] query, double[] key, ModelConfig model)
    {
        double[] result = [.. projected];
        int heads = model.Heads + (2 * model.KeyValueHeads), size = model.HeadSize;
        for (int head = 0; head < projected.Length / size; head++)
        {
            if (head % heads < model.Heads + model.KeyValueHeads)
            {
                Norm(projected[(head * size)..((head + 1) * size)], head % heads < model.Heads ? query : key, model.NormEpsilon, model.NormOffset)
                    .CopyTo(result, head * size);
            }
        }

        return result;
    }

    public static double[] Rotate(double[] projected, ModelConfig model, RopeConfig rope, StepLayout layout)
    {
        double[] result = [.. projected], frequencies = rope.Frequencies();
        int half = rope.Dimensions / 2, heads = model.Heads + (2 * model.KeyValueHeads);
        for (int row = 0; row < layout.Rows; row++)
        {
            for (int head = 0; head < model.Heads + model.KeyValueHeads; head++)
            {
                int at = ((row * heads) + head) * model.HeadSize;
                for (int i = 0; i < half; i++)
                {
                    (double sine, double cosine) = Math.SinCos(layout.Positions[row] * frequencies[i]);
                    (sine, cosine) = (sine * rope.Magnitude, cosine * rope.Magnitude);
                    result[at + i] = (projected[at + i] * cosine) - (projected[at + half + i] * sine);
                    result[at + half + i] = (projected[at + half + i] * cosine) + (projected[at + i] * sine);
                }
            }
        }

        return result;
    }

    /// <summary>What a cache holds after a step stored its rows' keys and values.</summary>
    public static double[] Store(double[] cache, double[] projected, ModelConfig model, StepLayout layout)
    {
        double[] result = [.. cache];
        int stored = 2 * model.KeyValueHeads * model.HeadSize, queries = model.Heads * model.HeadSize;
        for (int row = 0; row < layout.Rows; row++)
        {
            projected.AsSpan((row * (queries + stored)) + queries, stored).CopyTo(result.AsSpan(layout.Slots[row] * stored));
        }

        return result;
    }

    public static double[] Attend(double[] projected, double[] cache, ModelConfig model, int? window, StepLayout layout)
    {
        int size = model.HeadSize, stored = 2 * model.KeyValueHeads * size, width = model.Heads * size;
        double[] result = new double[layout.Rows * width];
        foreach (StepChunk chunk in layout.ChunkAt.AsSpan(0, layout.Chunks))
        {
            for (int row = chunk.FirstRow; row < chunk.FirstRow + chunk.Rows; row++)
            {
                int seen = layout.Positions[row] + 1, first = Math.Max(0, seen - (window ?? seen));
                int[] slots = [.. Enumerable.Range(first, seen - first).Select(
                    i => (layout.Blocks[chunk.FirstBlock + (i / layout.BlockSize)] * layout.BlockSize) + (i % layout.BlockSize))];
                for (int head = 0; head < model.Heads; head++)
                {
                    ReadOnlySpan<double> query = projected.AsSpan((row * (width + stored)) + (head * size), size);
                    AttendHead(query, cache, slots, model, head / model.Group * size, result.AsSpan((row * width) + (head * size), size));
                }
            }
        }

        return result;
    }

    private static void AttendHead(
        ReadOnlySpan<double> query, double[] cache, int[] slots, ModelConfig model, int offset, Span<double> result)
    {
        double[] weights = new double[slots.Length];
        int stored = 2 * model.KeyValueHeads * model.HeadSize;
        for (int i = 0; i < slots.Length; i++)
        {
            int key = (slots[i] * stored) + offset;
            for (int j = 0; j < query.Length; j++)
            {
                weights[i] += query[j] * cache[key + j] * model.AttentionScale;
            }

            weights[i] = model.AttentionCap is { } cap ? cap * Math.Tanh(weights[i] / cap) : weights[i];
        }

        double largest = weights.Max();
        weights = [.. weights.Select(weight => Math.Exp(weight - largest))];
        double total = weights.Sum();
        for (int i = 0; i < slots.Length; i++)
        {
            int value = (slots[i] * stored) + (stored / 2) + offset;
            for (int j = 0; j < query.Length; j++)
            {
                result[j] += weights[i] / total * cache[value + j];
            }
        }
    }
}
