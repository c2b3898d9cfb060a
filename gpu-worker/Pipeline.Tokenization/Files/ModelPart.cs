using System.Globalization;
using System.Text.Json;
using Pipeline.Tokenization.Models;

namespace Pipeline.Tokenization.Files;

/// <summary>The model of tokenizer.json: its vocabulary, and how tokens are made with it.</summary>
internal static class ModelPart
{
    /// <param name="model">The part.</param>
    /// <param name="byteLevel">Whether the pre-tokenizer gives the model bytes rather than characters.</param>
    /// <param name="steering">The special tokens, which are found before the model sees a text, and are not made of it.</param>
    /// <exception cref="InvalidDataException">The part is damaged.</exception>
    /// <exception cref="NotSupportedException">The model is of a kind that is not supported; the message names it.</exception>
    public static TokenModel Read(JsonElement model, bool byteLevel, IReadOnlySet<string> steering)
    {
        // Files of the first years leave the type out; only BPE has merges, and only Unigram a list as its vocabulary.
        string kind = model.ValueKind == JsonValueKind.Object && !model.TryGetProperty("type", out _)
            ? model.TryGetProperty("merges", out _) ? "BPE" : model.TryGetProperty("unk_id", out _) ? "Unigram" : "WordPiece"
            : model.Kind("model");
        if (byteLevel && kind is ("Unigram" or "WordPiece"))
        {
            throw new NotSupportedException($"Tokenizer models of kind '{kind}' over bytes (a ByteLevel pre-tokenizer) are not supported.");
        }
        return kind switch
        {
            "BPE" => BpePart.Read(model, byteLevel),
            "Unigram" => ReadUnigram(model, steering),
            "WordPiece" => ReadWordPiece(model),
            _ => throw new NotSupportedException($"Tokenizer models of kind '{kind}' are not supported."),
        };
    }

    /// <summary>A vocabulary that is an object of ids by spelling.</summary>
    public static Dictionary<string, int> ReadVocabulary(JsonElement model)
    {
        var vocabulary = new Dictionary<string, int>();
        foreach (JsonProperty entry in model.Required("vocab", JsonValueKind.Object, "model").EnumerateObject())
        {
            vocabulary[entry.Name] = entry.Value.TryGetInt32(out int id) && id >= 0
                ? id
                : throw new InvalidDataException($"tokenizer.json: the id of token '{entry.Name}' is not an id.");
        }
        return vocabulary;
    }

    private static Unigram ReadUnigram(JsonElement model, IReadOnlySet<string> steering)
    {
        var vocabulary = new Dictionary<string, int>();
        var scores = new List<double>();
        foreach (JsonElement entry in model.Required("vocab", JsonValueKind.Array, "model").EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2
                || entry[0].ValueKind != JsonValueKind.String || entry[1].ValueKind != JsonValueKind.Number)
            {
                throw new InvalidDataException($"tokenizer.json: entry {scores.Count} of the vocabulary is not a token and its score.");
            }
            vocabulary[entry[0].GetString()!] = scores.Count;
            scores.Add(Score(entry[1].GetRawText()));
        }
        int unknown = -1;
        if (model.TryGetProperty("unk_id", out JsonElement id) && !id.IsAbsent()
            && !(id.TryGetInt32(out unknown) && unknown >= 0 && unknown < scores.Count))
        {
            throw new InvalidDataException("tokenizer.json: the model's unk_id is not in the vocabulary.");
        }
        return new Unigram(vocabulary, [.. scores], unknown, model.Flag("byte_fallback", false), steering);
    }

    /// <summary>
    /// A number as the original reads it (serde_json: all digits as one whole number, divided by a power of ten), which can
    /// be the neighbour of the nearest one. It decides between ways that cost the same, such as repeated letters have.
    /// </summary>
    private static double Score(string text)
    {
        (UInt128 digits, int exponent, bool full, bool point) = (0, 0, false, false);
        ReadOnlySpan<char> mantissa = text.AsSpan().TrimStart('-');
        int e = mantissa.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            exponent = int.Parse(mantissa[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            mantissa = mantissa[..e];
        }
        foreach (char digit in mantissa)
        {
            if (digit == '.')
            {
                point = true;
                continue;
            }
            UInt128 next = digits * 10 + (uint)(digit - '0');
            full |= next > ulong.MaxValue;
            digits = full ? digits : next;
            exponent += full ? (point ? 0 : 1) : (point ? -1 : 0);
        }
        double value = (ulong)digits;
        value = exponent < 0 ? value / Math.Pow(10, -exponent) : value * Math.Pow(10, exponent);
        return text[0] == '-' ? -value : value;
    }

    private static WordPiece ReadWordPiece(JsonElement model)
    {
        Dictionary<string, int> vocabulary = ReadVocabulary(model);
        string unknown = model.Text("unk_token") ?? "[UNK]";
        int longest = 100;
        if (model.TryGetProperty("max_input_chars_per_word", out JsonElement most) && !most.TryGetInt32(out longest))
        {
            throw new InvalidDataException("tokenizer.json: the model's max_input_chars_per_word is not a number.");
        }
        return vocabulary.TryGetValue(unknown, out int id)
            ? new WordPiece(vocabulary, id, model.Text("continuing_subword_prefix") ?? "##", longest)
            : throw new InvalidDataException($"tokenizer.json: the model's unk_token '{unknown}' is not in the vocabulary.");
    }
}
