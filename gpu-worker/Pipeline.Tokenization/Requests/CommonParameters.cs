using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// The parameters that the endpoints share. Limits are OpenAI's; what OpenAI does not have bears the name that it has with vLLM.
/// </summary>
public sealed record CommonParameters
{
    private const int MostStops = 4;

    private static readonly string[] Speculations = ["off", "lookup", "draft"];

    /// <summary>The smallest probability that still leaves the likeliest token: what OpenAI's top_p of 0 means.</summary>
    private const float LikeliestOnly = 1e-9f;

    /// <summary>From 0, for always the likeliest token, to 2.</summary>
    public required float Temperature { get; init; }

    /// <summary>The probability mass to choose from, above 0 and at most 1.</summary>
    public required float TopP { get; init; }

    /// <summary>How many of the likeliest tokens to choose from; 0 for all (<c>top_k</c>; -1 too means all).</summary>
    public int TopK { get; init; }

    /// <summary>The least share of the likeliest token's probability, from 0 to 1 (<c>min_p</c>).</summary>
    public float MinP { get; init; }

    /// <summary>Against tokens that have come, from -2 to 2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Against tokens by how often they have come, from -2 to 2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Against tokens of prompt and completion, above 0; 1 for none (<c>repetition_penalty</c>).</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Added to tokens' logits, from -100 to 100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Seeds the choice; null for none asked for.</summary>
    public long? Seed { get; init; }

    /// <summary>The texts that end the completion.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>The tokens that end it, beside the model's own (<c>stop_token_ids</c>).</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>So many tokens come before the end may (<c>min_tokens</c>).</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether to go on to the limit (<c>ignore_eos</c>).</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>How many of the likeliest tokens to tell beside each token's own probability; null for neither.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Who guesses tokens ahead: <c>off</c>, <c>lookup</c> or <c>draft</c> (an extension); null: as the server does.</summary>
    public string? Speculation { get; init; }

    internal static CommonParameters Read(RequestFields fields)
    {
        RefuseStream(fields);
        AcceptHarmless(fields);
        double repetition = fields.Number("repetition_penalty", 0, 100) ?? 1;
        return new CommonParameters
        {
            Temperature = (float)(fields.Number("temperature", 0, 2) ?? 1),
            TopP = Math.Max((float)(fields.Number("top_p", 0, 1) ?? 1), LikeliestOnly),
            TopK = (int)Math.Max(0, fields.Integer("top_k", -1, int.MaxValue) ?? 0),
            MinP = (float)(fields.Number("min_p", 0, 1) ?? 0),
            PresencePenalty = (float)(fields.Number("presence_penalty", -2, 2) ?? 0),
            FrequencyPenalty = (float)(fields.Number("frequency_penalty", -2, 2) ?? 0),
            RepetitionPenalty = repetition > 0 ? (float)repetition : throw RequestErrorException.Invalid("repetition_penalty", "decimal_below_min_value",
                "Invalid 'repetition_penalty': decimal below minimum value. Expected a value > 0, but got 0 instead."),
            LogitBias = Requests.LogitBias.Read(fields),
            Seed = fields.Integer("seed"),
            Stop = ReadStop(fields),
            StopTokens = ReadStopTokens(fields),
            MinTokens = (int)(fields.Integer("min_tokens", 0, int.MaxValue) ?? 0),
            IgnoreEndTokens = fields.Flag("ignore_eos") ?? false,
            Speculation = ReadSpeculation(fields),
        };
    }

    private static string? ReadSpeculation(RequestFields fields) => fields.Text("speculation") is not { } mode || Speculations.Contains(mode)
        ? fields.Text("speculation")
        : throw RequestErrorException.Invalid("speculation", "invalid_value",
            $"Invalid value: '{mode}'. Supported values are: 'off', 'lookup', and 'draft'.");

    private static void RefuseStream(RequestFields fields)
    {
        if (fields.Flag("stream") == true)
        {
            throw RequestErrorException.Invalid("stream", "streaming_unsupported", "Streaming is not supported: the answer is part of a batch.");
        }
    }

    /// <summary>What says something about the request, and asks nothing of the model.</summary>
    private static void AcceptHarmless(RequestFields fields)
    {
        fields.Text("user");
        fields.Text("safety_identifier");
        fields.Text("prompt_cache_key");
        if (fields.TryGet("metadata", out JsonElement metadata) && metadata.ValueKind != JsonValueKind.Object)
        {
            throw RequestErrorException.WrongType("metadata", "an object", metadata);
        }
    }

    private static List<int> ReadStopTokens(RequestFields fields)
    {
        if (!fields.TryGet("stop_token_ids", out JsonElement tokens))
        {
            return [];
        }
        if (tokens.ValueKind != JsonValueKind.Array)
        {
            throw RequestErrorException.WrongType("stop_token_ids", "an array of integers", tokens);
        }
        var ids = new List<int>();
        foreach (JsonElement token in tokens.EnumerateArray())
        {
            ids.Add(token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out int id)
                ? id : throw RequestErrorException.WrongType($"stop_token_ids[{ids.Count}]", "an integer", token));
        }
        return ids;
    }

    private static List<string> ReadStop(RequestFields fields)
    {
        if (!fields.TryGet("stop", out JsonElement stop))
        {
            return [];
        }
        JsonElement[] given = stop.ValueKind switch
        {
            JsonValueKind.String => [stop],
            JsonValueKind.Array => [.. stop.EnumerateArray()],
            _ => throw RequestErrorException.WrongType("stop", "a string or an array of strings", stop),
        };
        if (given.Length > MostStops)
        {
            throw RequestErrorException.Invalid("stop", "array_above_max_length",
                $"Invalid 'stop': array too long. Expected an array with maximum length {MostStops}, but got an array with length {given.Length} instead.");
        }
        var texts = new List<string>();
        for (int i = 0; i < given.Length; i++)
        {
            string path = stop.ValueKind == JsonValueKind.Array ? $"stop[{i}]" : "stop";
            string text = given[i].ValueKind == JsonValueKind.String
                ? given[i].GetString()! : throw RequestErrorException.WrongType(path, "a string", given[i]);
            texts.Add(text.Length > 0 ? text
                : throw RequestErrorException.Invalid(path, "empty_string", $"Invalid '{path}': empty string. Expected a string with minimum length 1."));
        }
        return texts;
    }
}
