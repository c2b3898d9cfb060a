using Pipeline.Engine.Models;

namespace Pipeline.Engine;

/// <summary>Refuses requests that could never be run, before they enter.</summary>
/// <param name="model">The shape of the model.</param>
/// <param name="cacheTokens">Tokens that the whole KV cache holds.</param>
/// <param name="hasTokenizer">Whether tokens can be made text, which stop texts need.</param>
internal sealed class RequestValidator(ModelConfig model, long cacheTokens, bool hasTokenizer)
{
    /// <summary>Throws for a request that cannot be run.</summary>
    public void Validate(GenerationRequest request)
    {
        Require(request.Prompt.Count > 0, "prompt", "The prompt has no tokens.");
        Require(request.MaxTokens > 0, "max_tokens", $"max_tokens is {request.MaxTokens}; it must be positive.");
        int stray = request.Prompt.FirstOrDefault(token => token < 0 || token >= model.VocabularySize, -1);
        Require(request.Prompt.All(token => token >= 0 && token < model.VocabularySize), "prompt",
            $"The prompt has a token {stray}; the model knows 0 to {model.VocabularySize - 1}.");
        SamplingParameters sampling = request.Sampling;
        Require(sampling.Temperature is >= 0 and <= 100, "temperature", $"temperature is {sampling.Temperature}; it must be from 0 to 100.");
        Require(sampling.TopP is > 0 and <= 1, "top_p", $"top_p is {sampling.TopP}; it must be above 0 and at most 1.");
        Require(request.Stop.All(stop => stop.Length > 0), "stop", "A stop text is empty.");
        Require(request.Stop.Count == 0 || hasTokenizer, "stop", "The model has no tokenizer: stop texts cannot be found.");

        long length = (long)request.Prompt.Count + request.MaxTokens;
        if (length > model.ContextLength)
        {
            throw new RequestRejectedException("context_length_exceeded", "max_tokens",
                $"The model's context is {model.ContextLength} tokens; the prompt has {request.Prompt.Count} and {request.MaxTokens} more were asked for.");
        }

        if (length > cacheTokens)
        {
            throw new RequestRejectedException("cache_capacity_exceeded", "max_tokens",
                $"The engine's KV cache holds {cacheTokens} tokens; the prompt has {request.Prompt.Count} and {request.MaxTokens} more were asked for.");
        }
    }

    private static void Require(bool met, string param, string otherwise)
    {
        if (!met)
        {
            throw new RequestRejectedException("invalid_value", param, otherwise);
        }
    }
}
