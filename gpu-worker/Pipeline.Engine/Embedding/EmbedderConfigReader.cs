using Pipeline.Engine.Embedding.Pooling;
using Pipeline.Engine.Models;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Engine.Embedding;

/// <summary>Reads how a model directory wants its embeddings made.</summary>
internal static class EmbedderConfigReader
{
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
            MaxTokens = Longest(directory, contextLength),
            Pooling = modules.Pooling ?? usual,
            Normalised = modules.Normalised,
            Matryoshka = ReadMatryoshka(directory, width),
            Assumption = modules.Pooling is null
                ? $"{directory} has no {SentenceModules.File}: {usual} pooling and vectors of length 1 are assumed." : null,
        };
    }

    private static int Longest(string directory, int contextLength)
    {
        try
        {
            return EmbeddingLimit.Within(directory, contextLength);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new UnsupportedModelException(e.Message, e);
        }
    }

    private static int[] ReadMatryoshka(string directory, int width) => ModelFiles.Read(
        directory,
        "config.json",
        json => json.IntOrList("matryoshka_dimensions") is { } lengths ? [.. lengths]
            : json.Flag("is_matryoshka") ? Enumerable.Range(1, width).ToArray() : null) ?? [];
}
