using System.Globalization;
using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>Reads <c>logit_bias</c>: an object of token ids and what is added to their logits.</summary>
internal static class LogitBias
{
    private const double Most = 100;

    public static IReadOnlyDictionary<int, float> Read(RequestFields fields)
    {
        var biases = new Dictionary<int, float>();
        if (!fields.TryGet("logit_bias", out JsonElement given))
        {
            return biases;
        }
        if (given.ValueKind != JsonValueKind.Object)
        {
            throw RequestErrorException.WrongType("logit_bias", "an object", given);
        }
        var values = new RequestFields(given, "logit_bias");
        foreach (JsonProperty bias in given.EnumerateObject())
        {
            if (!int.TryParse(bias.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int token))
            {
                throw RequestErrorException.Invalid("logit_bias", "invalid_value",
                    $"Invalid key in 'logit_bias': {bias.Name}. You should only be submitting non-negative integers.");
            }
            if (!biases.TryAdd(token, (float)(values.Number(bias.Name, -Most, Most) ?? throw RequestErrorException.WrongType(values.PathOf(bias.Name), "a decimal", bias.Value))))
            {
                throw RequestErrorException.Invalid("logit_bias", "invalid_value", $"Invalid 'logit_bias': the token {token} is named twice.");
            }
        }
        return biases;
    }
}
