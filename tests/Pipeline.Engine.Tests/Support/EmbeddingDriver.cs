using Pipeline.Engine.Embedding;

namespace Pipeline.Engine.Tests.Support;

/// <summary>Runs embedding requests through an engine to their end.</summary>
public static class EmbeddingDriver
{
    public static Dictionary<string, EmbeddingResult> Run(EmbeddingEngine engine, params EmbeddingRequest[] requests)
    {
        foreach (EmbeddingRequest request in requests)
        {
            engine.Add(request);
        }

        return Drain(engine).ToDictionary(finished => finished.Id, finished =>
        {
            Assert.Null(finished.Failure);
            return finished.Result;
        });
    }

    public static List<Finished<EmbeddingResult>> Drain(EmbeddingEngine engine)
    {
        List<Finished<EmbeddingResult>> finished = [];
        while (engine.HasWork)
        {
            finished.AddRange(engine.Step());
        }

        return finished;
    }

    /// <summary>The vector of an input by itself.</summary>
    public static float[] Embed(EmbeddingEngine engine, int[] tokens) =>
        Run(engine, new EmbeddingRequest { Id = "alone", Inputs = [tokens] })["alone"].Vectors.Single();

    /// <summary>Inputs of different lengths, some of them equally long.</summary>
    public static int[][] Inputs(int count, int vocabulary, int longest, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => random.Next(vocabulary)).ToArray())];
    }

    /// <summary>The largest difference of two vectors' values.</summary>
    public static double Difference(IReadOnlyList<double> expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        return expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
    }

    public static double Cosine(IReadOnlyList<double> a, IReadOnlyList<float> b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => (double)y * y));
}
