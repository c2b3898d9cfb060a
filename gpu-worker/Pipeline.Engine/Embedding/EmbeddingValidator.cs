namespace Pipeline.Engine.Embedding;

/// <summary>Refuses requests that could never be run, before they enter.</summary>
internal static class EmbeddingValidator
{
    /// <summary>Throws for a request that cannot be run.</summary>
    /// <exception cref="RequestRejectedException">What is wrong with it.</exception>
    public static void Validate(EmbeddingRequest request, EmbedderConfig model)
    {
        Require(request.Inputs.Count > 0, "input", "There is no input.");
        for (int i = 0; i < request.Inputs.Count; i++)
        {
            int[] tokens = request.Inputs[i];
            Require(tokens.Length > 0, "input", $"Input {i} has no tokens.");
            int stray = Array.FindIndex(tokens, token => token < 0 || token >= model.VocabularySize);
            Require(stray < 0, "input", $"Input {i} has a token {(stray < 0 ? 0 : tokens[stray])}; the model knows 0 to {model.VocabularySize - 1}.");
            if (tokens.Length > model.MaxTokens)
            {
                throw new RequestRejectedException("context_length_exceeded", "input",
                    $"This model's maximum context length is {model.MaxTokens} tokens, but input {i} has {tokens.Length} tokens.");
            }
        }

        if (request.Dimensions is { } dimensions && dimensions != model.Width)
        {
            Require(model.Matryoshka.Count > 0, "dimensions", $"dimensions is {dimensions}, but this model's vectors have {model.Width} values and may not be cut.");
            Require(model.Matryoshka.Contains(dimensions), "dimensions", $"dimensions is {dimensions}; this model's vectors may be cut to {Lengths(model)}.");
        }
    }

    private static string Lengths(EmbedderConfig model) =>
        model.Matryoshka.Count == model.Width ? $"1 to {model.Width}" : string.Join(", ", model.Matryoshka);

    private static void Require(bool met, string param, string otherwise)
    {
        if (!met)
        {
            throw new RequestRejectedException("invalid_value", param, otherwise);
        }
    }
}
