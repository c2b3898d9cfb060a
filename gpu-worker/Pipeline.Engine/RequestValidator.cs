using Pipeline.Engine.Models;

namespace Pipeline.Engine;

/// <summary>Refuses requests that could never be run, before they enter.</summary>
/// <param name="model">The shape of the model.</param>
/// <param name="cacheTokens">Tokens that the whole KV cache holds.</param>
/// <param name="hasTokenizer">Whether tokens can be made text, which stop texts need.</param>
internal sealed class RequestValidator(ModelConfig model, long cacheTokens, bool hasTokenizer)
{
    private const int MostLogprobs = 20;

    /// <summary>Throws for a request that cannot be run.</summary>
    public void Validate(GenerationRequest request)
    {
        Require(request.Prompt.Count > 0, "prompt", "The prompt has no tokens.");
        Require(request.MaxTokens > 0, "max_tokens", $"max_tokens is {request.MaxTokens}; it must be positive.");
        int stray = request.Prompt.FirstOrDefault(token => token < 0 || token >= model.VocabularySize, -1);
        Require(request.Prompt.All(token => token >= 0 && token < model.VocabularySize), "prompt",
            $"The prompt has a token {stray}; the model knows 0 to {model.VocabularySize - 1}.");
        Validate(request.Sampling);
        Require(request.MinTokens >= 0 && request.MinTokens <= request.MaxTokens, "min_tokens",
            $"min_tokens is {request.MinTokens}; it must be from 0 to max_tokens, {request.MaxTokens}.");
        RequireKnown(request.StopTokens, "stop_token_ids");
        RequireLogprobs(request.Logprobs, "logprobs");
        RequireLogprobs(request.PromptLogprobs, "prompt_logprobs");
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

    private void Validate(SamplingParameters sampling)
    {
        RequireWithin(sampling.Temperature, 0, 100, "temperature");
        Require(sampling.TopP is > 0 and <= 1, "top_p", $"top_p is {sampling.TopP}; it must be above 0 and at most 1.");
        Require(sampling.TopK >= 0, "top_k", $"top_k is {sampling.TopK}; it must be positive, or 0 for all.");
        RequireWithin(sampling.MinP, 0, 1, "min_p");
        RequireWithin(sampling.PresencePenalty, -2, 2, "presence_penalty");
        RequireWithin(sampling.FrequencyPenalty, -2, 2, "frequency_penalty");
        Require(sampling.RepetitionPenalty is > 0 and <= 100, "repetition_penalty",
            $"repetition_penalty is {sampling.RepetitionPenalty}; it must be above 0 and at most 100.");
        RequireKnown(sampling.LogitBias.Keys, "logit_bias");
        foreach (float bias in sampling.LogitBias.Values)
        {
            RequireWithin(bias, -100, 100, "logit_bias");
        }
    }

    private void RequireLogprobs(int? count, string param)
    {
        int most = Math.Min(MostLogprobs, model.VocabularySize);
        Require(count is null || (count >= 0 && count <= most), param, $"{param} is {count}; it must be from 0 to {most}.");
    }

    private void RequireKnown(IEnumerable<int> tokens, string param)
    {
        foreach (int token in tokens)
        {
            Require(token >= 0 && token < model.VocabularySize, param,
                $"{param} names a token {token}; the model knows 0 to {model.VocabularySize - 1}.");
        }
    }

    // Written so that not-a-number is without.
    private static void RequireWithin(float value, float least, float most, string param) =>
        Require(value >= least && value <= most, param, $"{param} is {value}; it must be from {least} to {most}.");

    private static void Require(bool met, string param, string otherwise)
    {
        if (!met)
        {
            throw new RequestRejectedException("invalid_value", param, otherwise);
        }
    }
}
