using System.Text;
using System.Text.Json;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Writes probabilities in the forms that OpenAI's endpoints have for them.</summary>
internal static class LogprobsWriter
{
    /// <summary>What OpenAI writes of what is all but impossible: JSON has no infinity.</summary>
    private const double Least = -9999;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>A chat's <c>logprobs</c>: an object for each token, or null.</summary>
    public static void WriteChat(Utf8JsonWriter writer, IReadOnlyList<ScoredToken>? tokens)
    {
        if (tokens is null)
        {
            writer.WriteNull("logprobs");
            return;
        }
        writer.WriteStartObject("logprobs");
        WriteTokens(writer, "content", tokens);
        writer.WriteNull("refusal");
        writer.WriteEndObject();
    }

    /// <summary>An array of an object for each token.</summary>
    public static void WriteTokens(Utf8JsonWriter writer, string name, IReadOnlyList<ScoredToken> tokens)
    {
        writer.WriteStartArray(name);
        foreach (ScoredToken token in tokens)
        {
            writer.WriteStartObject();
            WriteToken(writer, token.Token, token.Logprob ?? Least);
            writer.WriteStartArray("top_logprobs");
            foreach ((byte[] top, double logprob) in token.Top)
            {
                writer.WriteStartObject();
                WriteToken(writer, top, logprob);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>A text completion's <c>logprobs</c>: arrays over the tokens, or null.</summary>
    public static void WriteCompletion(Utf8JsonWriter writer, IReadOnlyList<ScoredToken>? tokens)
    {
        if (tokens is null)
        {
            writer.WriteNull("logprobs");
            return;
        }
        writer.WriteStartObject("logprobs");
        WriteArray(writer, "tokens", tokens, token => writer.WriteStringValue(Text(token.Token, "bytes:")));
        WriteArray(writer, "token_logprobs", tokens, token =>
        {
            if (token.Logprob is { } logprob)
            {
                writer.WriteNumberValue(Math.Max(Least, logprob));
            }
            else
            {
                writer.WriteNullValue();
            }
        });
        WriteArray(writer, "top_logprobs", tokens, token => WriteTop(writer, token));
        WriteArray(writer, "text_offset", tokens, token => writer.WriteNumberValue(token.Offset));
        writer.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, IReadOnlyList<ScoredToken> tokens, Action<ScoredToken> write)
    {
        writer.WriteStartArray(name);
        foreach (ScoredToken token in tokens)
        {
            write(token);
        }
        writer.WriteEndArray();
    }

    /// <summary>By spelling. Tokens that are spelled alike, as special ones may be, are one: the likeliest.</summary>
    private static void WriteTop(Utf8JsonWriter writer, ScoredToken token)
    {
        if (token.Logprob is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        foreach ((byte[] top, double logprob) in token.Top.DistinctBy(top => Text(top.Token, "bytes:")))
        {
            writer.WriteNumber(Text(top, "bytes:"), Math.Max(Least, logprob));
        }
        writer.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter writer, byte[] token, double logprob)
    {
        writer.WriteString("token", Text(token, ""));
        writer.WriteNumber("logprob", Math.Max(Least, logprob));
        writer.WriteStartArray("bytes");
        foreach (byte value in token)
        {
            writer.WriteNumberValue(value);
        }
        writer.WriteEndArray();
    }

    /// <summary>A token's text; of one that is part of a character its bytes, written as OpenAI does.</summary>
    private static string Text(byte[] token, string partPrefix)
    {
        try
        {
            return Strict.GetString(token);
        }
        catch (DecoderFallbackException)
        {
            return partPrefix + string.Concat(token.Select(value => $"\\x{value:x2}"));
        }
    }
}
