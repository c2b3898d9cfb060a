using Pipeline.Engine.Embedding.Pooling;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Embedding;

/// <summary>Reads how a model directory wants its embeddings made.</summary>
internal static class EmbedderConfigReader
{
    // tokenizer_config.json says 1e30 where it means no limit.
    private const double NoLimit = int.MaxValue;

    /// <summary>Reads a directory whose model's shape is known.</summary>
    /// <param name="directory">A Hugging Face model directory.</param>
    /// <param name="width">Values of a state.</param>
    /// <param name="contextLength">Positions that the model knows.</param>
    /// <param name="vocabulary">Number of token ids.</param>
    /// <param name="usual">The pooling to assume where no file says it.</param>
    /// <exception cref="UnsupportedModelException">A file asks for something that is not done here.</exception>
    public static EmbedderConfig Read(string directory, int width, int contextLength, int vocabulary, PoolingMode usual)
    {
        SentenceModules modules = SentenceModules.Read(directory);
        return new EmbedderConfig
        {
            Width = width,
            VocabularySize = vocabulary,
            MaxTokens = Math.Min(contextLength, modules.MaxTokens ?? TokenizerLimit(directory) ?? contextLength),
            Pooling = modules.Pooling ?? usual,
            Normalised = modules.Normalised,
            Matryoshka = ReadMatryoshka(directory, width),
            Assumption = modules.Pooling is null
                ? $"{directory} has no {SentenceModules.File}: {usual} pooling and vectors of length 1 are assumed." : null,
        };
    }

    private static int? TokenizerLimit(string directory) =>
        ModelFiles.Read(directory, "tokenizer_config.json", json => json.Number("model_max_length")) is { } limit and >= 1 and < NoLimit
            ? (int)limit : null;

    private static int[] ReadMatryoshka(string directory, int width) => ModelFiles.Read(
        directory,
        "config.json",
        json => json.IntOrList("matryoshka_dimensions") is { } lengths ? [.. lengths]
            : json.Flag("is_matryoshka") ? Enumerable.Range(1, width).ToArray() : null) ?? [];
}
