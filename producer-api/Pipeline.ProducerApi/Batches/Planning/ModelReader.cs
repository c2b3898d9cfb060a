using Pipeline.ProducerApi.Pricing;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Prefixes;
using Pipeline.Tokenization.Requests;

namespace Pipeline.ProducerApi.Batches.Planning;

/// <summary>Reads requests as the workers of a model do.</summary>
/// <param name="Requests">Turns them into tokens.</param>
/// <param name="Limit">The model's context; <see langword="null"/> where it is not known, and the worker alone says what is too long.</param>
/// <param name="Tokenizer">The model's tokenizer.</param>
internal sealed record ModelReader(RequestReader Requests, ContextLimit? Limit, Tokenizer Tokenizer)
{
    /// <summary>Reads texts to embed; <see langword="null"/> where it is not known how long they may be.</summary>
    public EmbeddingReader? Embeddings { get; init; }

    /// <summary>Reads a request.</summary>
    /// <param name="path">The endpoint.</param>
    /// <param name="body">The request's body as JSON in UTF-8.</param>
    public PromptReading Read(string path, ReadOnlySpan<byte> body)
    {
        try
        {
            if (path == EmbeddingReader.Embeddings)
            {
                return new PromptReading(null, null, Embeddings is null ? null : TokenBounds.Of(Embeddings.Read(path, body)));
            }

            ModelRequest request = Requests.Read(path, body);
            Limit?.Check(request);
            return new PromptReading(PromptOutline.Of(request.Prompts[0]), null, TokenBounds.Of(request, Limit));
        }
        catch (RequestErrorException e)
        {
            // What is too long is too long wherever it runs. The rest is the worker's to refuse, which may know better.
            return new PromptReading(null, e.Code == RequestErrorException.ContextLengthExceeded ? e.ToBody() : null, null);
        }
    }
}
