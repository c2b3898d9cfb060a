namespace Pipeline.Tokenization.Requests;

/// <summary>
/// That a prompt which is too long be cut: <c>truncate_prompt_tokens</c>, as vLLM calls it, keeps so many of its tokens, or with -1
/// as many as there is room for; <c>truncation_side</c> says whether its beginning goes (<c>left</c>, the default) or its end
/// (<c>right</c>). The tokens cut are those of the whole prompt, with what the chat template put there. Never done unless asked for.
/// </summary>
/// <param name="Keep">Tokens to keep at most; null for as many as leave room for the completion.</param>
/// <param name="FromEnd">Whether the end goes rather than the beginning.</param>
internal sealed record PromptTruncation(int? Keep, bool FromEnd)
{
    private const string Parameter = "truncate_prompt_tokens", Side = "truncation_side";

    /// <summary>Reads what is asked for; null for nothing.</summary>
    public static PromptTruncation? Read(RequestFields fields, long? maxTokens)
    {
        long? keep = fields.Integer(Parameter, -1, int.MaxValue);
        string? side = fields.Text(Side);
        if (side is not (null or "left" or "right"))
        {
            throw RequestErrorException.UnsupportedValue(Side, $"'{Side}' does not support '{side}'. Only 'left' and 'right' are supported.");
        }
        if (keep is null && side is not null)
        {
            throw RequestErrorException.Invalid(Side, "invalid_parameter_combination", $"'{Side}' means nothing without '{Parameter}'.");
        }
        if (keep == 0)
        {
            throw RequestErrorException.Invalid(Parameter, "invalid_value", $"Invalid '{Parameter}': expected -1 or a value >= 1, but got 0 instead.");
        }
        if (keep == -1 && maxTokens is null)
        {
            throw RequestErrorException.Invalid(Parameter, "invalid_parameter_combination",
                $"With -1 as '{Parameter}' the prompt is cut to leave room for the completion: say how much with 'max_completion_tokens'.");
        }
        return keep is null ? null : new PromptTruncation(keep == -1 ? null : (int)keep, side == "right");
    }

    /// <summary>The tokens that stay.</summary>
    /// <param name="tokens">The prompt.</param>
    /// <param name="room">Tokens that there is room for; null where that is not known.</param>
    public int[] Apply(int[] tokens, long? room)
    {
        long most = Keep ?? room ?? tokens.Length;
        if (tokens.Length <= most)
        {
            return tokens;
        }
        int kept = (int)Math.Max(1, most);
        return FromEnd ? tokens[..kept] : tokens[^kept..];
    }
}
