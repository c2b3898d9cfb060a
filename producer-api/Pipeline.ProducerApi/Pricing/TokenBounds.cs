using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Batches.Validation;
using Pipeline.Tokenization.Requests;

namespace Pipeline.ProducerApi.Pricing;

/// <summary>How many tokens a request is expected to have, and how many at most.</summary>
/// <param name="ExpectedPrompt">Tokens of its prompts: counted, or else expected.</param>
/// <param name="MostPrompt">No fewer than its prompts have.</param>
/// <param name="MostOutput">No fewer than can be generated for it; <see langword="null"/> where nothing bounds it.</param>
internal readonly record struct TokenBounds(long ExpectedPrompt, long MostPrompt, long? MostOutput)
{
    /// <summary>OpenAI's rule of thumb for English; only for where there is no tokenizer to count with.</summary>
    private const int BytesPerToken = 4;

    /// <summary>OpenAI's default for completions that do not say.</summary>
    private const long DefaultCompletion = 16;

    /// <summary>As the model's tokenizer counts.</summary>
    /// <param name="request">The request as the model takes it.</param>
    /// <param name="limit">The model's context, which bounds an answer that the request does not bound.</param>
    public static TokenBounds Of(ModelRequest request, ContextLimit? limit)
    {
        long prompt = request.Prompts.Sum(tokens => (long)tokens.Length);
        long? output = request.MaxTokens is null && limit is null ? null
            : request.Prompts.Sum(tokens => request.MaxTokens ?? Math.Max(0, limit!.Tokens - tokens.Length)) * request.Choices.Made;
        return new TokenBounds(prompt, prompt, output);
    }

    /// <summary>As an embedding model's tokenizer counts: nothing is generated.</summary>
    public static TokenBounds Of(EmbeddingInputs inputs)
    {
        long prompt = inputs.Inputs.Sum(tokens => (long)tokens.Length);
        return new TokenBounds(prompt, prompt, 0);
    }

    /// <summary>Without a tokenizer: no token is shorter than a byte of the body that holds it.</summary>
    /// <param name="endpoint">The path.</param>
    /// <param name="facts">What the body says.</param>
    /// <param name="bytes">Its length.</param>
    public static TokenBounds Of(string endpoint, in BodyFacts facts, int bytes)
    {
        long? each = endpoint switch
        {
            Endpoints.Embeddings => 0,
            Endpoints.Completions => facts.MaxTokens ?? DefaultCompletion,
            _ => facts.MaxTokens,
        };
        int answers = Math.Max(1, facts.Choices) * (endpoint == Endpoints.Completions ? facts.Prompt.Texts : 1);
        return new TokenBounds((bytes + BytesPerToken - 1) / BytesPerToken, bytes, each * answers);
    }
}
