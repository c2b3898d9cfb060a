using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>The parameters that chat completions and completions share.</summary>
/// <param name="Temperature">From 0, for always the likeliest token, to 2.</param>
/// <param name="TopP">The probability mass to choose from, above 0 and at most 1.</param>
/// <param name="Seed">Seeds the choice; null for none asked for.</param>
/// <param name="Stop">The texts that end the completion.</param>
/// <param name="IgnoreEndTokens">Whether to go on to the limit (<c>ignore_eos</c>, an extension known from vLLM).</param>
public sealed record CommonParameters(float Temperature, float TopP, long? Seed, IReadOnlyList<string> Stop, bool IgnoreEndTokens)
{
    private const int MostStops = 4;

    private static readonly string[] Speculations = ["off", "lookup", "draft"];

    /// <summary>The smallest probability that still leaves the likeliest token: what OpenAI's top_p of 0 means.</summary>
    private const float LikeliestOnly = 1e-9f;

    /// <summary>Who guesses tokens ahead: <c>off</c>, <c>lookup</c> or <c>draft</c> (an extension); null: as the server does.</summary>
    public string? Speculation { get; init; }

    internal static CommonParameters Read(RequestFields fields)
    {
        RefuseStream(fields);
        if (fields.Integer("n", 1) is { } n and not 1)
        {
            throw RequestErrorException.UnsupportedValue("n", $"'n' does not support {n} with this model. Only 1 is supported.");
        }
        RefuseUnlessNeutral(fields);
        AcceptHarmless(fields);
        double temperature = fields.Number("temperature", 0, 2) ?? 1;
        double topP = fields.Number("top_p", 0, 1) ?? 1;
        return new CommonParameters(
            (float)temperature,
            Math.Max((float)topP, LikeliestOnly),
            fields.Integer("seed"),
            ReadStop(fields),
            fields.Flag("ignore_eos") ?? false)
        {
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

    /// <summary>What is not supported may still be written out where it asks for nothing.</summary>
    private static void RefuseUnlessNeutral(RequestFields fields)
    {
        foreach (string penalty in new[] { "presence_penalty", "frequency_penalty" })
        {
            if (fields.Number(penalty, -2, 2) is { } value and not 0)
            {
                throw RequestErrorException.UnsupportedValue(penalty, $"'{penalty}' does not support {value} with this model. Only 0 is supported.");
            }
        }
        if (fields.TryGet("logit_bias", out JsonElement bias)
            && (bias.ValueKind != JsonValueKind.Object || bias.EnumerateObject().Any()))
        {
            throw bias.ValueKind == JsonValueKind.Object
                ? RequestErrorException.Unsupported("logit_bias") : RequestErrorException.WrongType("logit_bias", "an object", bias);
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
