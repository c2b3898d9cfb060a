using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Greedy;

/// <summary>Logits that transformers itself computed, where they have been recorded: see tests/goldens.</summary>
public sealed class GoldenTests
{
    private const double Share = 1e-4;

    [Fact]
    public void Logits_are_those_that_transformers_recorded() => Compare((directory, tokens) => EngineLogits.Of(directory, tokens));

    [Fact]
    public void The_float64_reference_agrees_with_transformers() => Compare((directory, tokens) => new ReferenceModel(directory).Logits(tokens, 0));

    private static void Compare(Func<string, int[], double[][]> compute)
    {
        string folder = Path.GetFullPath(Path.Combine(Here(), "../../goldens/recorded"));
        Assert.SkipUnless(Directory.Exists(folder), "needs tests/goldens/recorded: run tests/goldens/record.py where PyTorch and transformers are");
        foreach (string directory in Directory.GetDirectories(folder))
        {
            using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "golden.json")));
            int[] tokens = golden.RootElement.GetProperty("tokens").Deserialize<int[]>()!;
            double[][] expected = golden.RootElement.GetProperty("logits").Deserialize<double[][]>()!, actual = compute(directory, tokens);
            double allowed = Share * expected.SelectMany(row => row).Max(Math.Abs);
            Assert.Equal(expected.Length, actual.Length);
            for (int row = 0; row < expected.Length; row++)
            {
                double worst = expected[row].Zip(actual[row], (e, a) => Math.Abs(e - a)).Max();
                Assert.True(worst <= allowed, $"{Path.GetFileName(directory)}, row {row}: {worst:G3}, where {allowed:G3} is allowed");
            }
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
