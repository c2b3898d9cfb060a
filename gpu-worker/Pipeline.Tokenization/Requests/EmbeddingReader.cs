namespace Pipeline.Tokenization.Requests;

/// <summary>
/// Turns the body of a request for embeddings into what a model takes: the tokens of its inputs. What is not supported is
/// refused by name, never ignored. Immutable and safe for any number of threads.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="model">The name that requests have to ask for.</param>
/// <param name="contextLength">Tokens that an input may have.</param>
public sealed class EmbeddingReader(Tokenizer tokenizer, string model, int contextLength)
{
    /// <summary>The endpoint of embeddings.</summary>
    public const string Embeddings = "/v1/embeddings";

    /// <summary>Reads a request.</summary>
    /// <param name="path">The endpoint.</param>
    /// <param name="body">The request's body as JSON in UTF-8.</param>
    /// <exception cref="RequestErrorException">The request is to be answered with this error.</exception>
    public EmbeddingInputs Read(string path, ReadOnlySpan<byte> body)
    {
        RequestFields fields = RequestBody.Read(body, model);
        if (path != Embeddings)
        {
            throw RequestErrorException.Invalid("model", "model_not_supported",
                $"The model '{model}' is an embedding model: it answers {Embeddings}, not {path}.");
        }
        EmbeddingRequest request = EmbeddingRequest.Read(fields, contextLength);
        return new EmbeddingInputs([.. request.Inputs.Select(input => Encode(input, request))], request.Dimensions, request.Encoding);
    }

    private int[] Encode(CompletionPrompt input, EmbeddingRequest request)
    {
        if (input.Text is "")
        {
            throw RequestErrorException.Invalid(input.Path, "empty_string", $"Invalid '{input.Path}': input cannot be an empty string.");
        }
        int[] tokens = input.Tokens ?? tokenizer.Encode(input.Text!, request.AddSpecialTokens);
        if (tokens.Length == 0)
        {
            throw RequestErrorException.Invalid(input.Path, "empty_string", $"Invalid '{input.Path}': the input has no tokens.");
        }
        if (request.Truncate is { } length && tokens.Length > length)
        {
            return Cut(tokens, length, input.Text is not null && request.AddSpecialTokens ? tokenizer.ClosingTokens : []);
        }
        return tokens.Length <= contextLength ? tokens : throw RequestErrorException.Invalid(input.Path, "context_length_exceeded",
            $"This model's maximum context length is {contextLength} tokens, but '{input.Path}' has {tokens.Length} tokens. "
            + "Please shorten it, or have it cut by 'truncate_prompt_tokens'.");
    }

    /// <summary>The end goes, but the tokens that close every text stay: the model was trained to see them.</summary>
    private static int[] Cut(int[] tokens, int length, IReadOnlyList<int> closing) =>
        [.. tokens.AsSpan(0, Math.Max(0, length - closing.Count)), .. closing.Skip(Math.Max(0, closing.Count - length))];
}
