using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.ProducerApi.Batches.Planning;

/// <summary>Reads requests as the workers of a model do. What belongs to a model is loaded when it is first asked for.</summary>
internal sealed class ModelReaders(IOptions<ApiOptions> options, TimeProvider time, ILogger<ModelReaders> logger)
{
    private readonly ConcurrentDictionary<string, Lazy<ModelReader?>> _readers = new();

    /// <summary>The reader for a model; <see langword="null"/> if its directory is not known, or of no use.</summary>
    public ModelReader? Find(string model) => _readers.GetOrAdd(model, name => new(() => Load(name))).Value;

    private ModelReader? Load(string model)
    {
        int index = Array.IndexOf(options.Value.Models, model);
        string directory = options.Value.ModelDirectories.ElementAtOrDefault(index) ?? "";
        if (directory.Length == 0)
        {
            return null;
        }

        try
        {
            ContextLimit? limit = ContextLimit.Find(directory);
            Tokenizer tokenizer = Tokenizer.Load(directory);
            return new ModelReader(new RequestReader(tokenizer, ChatTemplate.Find(directory, time), model, limit?.Tokens), limit, tokenizer)
            {
                Embeddings = EmbeddingLimit.Find(directory) is { } tokens ? new EmbeddingReader(tokenizer, model, tokens) : null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            LogMessages.NoPlans(logger, model, directory, e);
            return null;
        }
    }
}
