using System.Text.Json;
using Pipeline.Tokenization.Models;

namespace Pipeline.Benchmarks.RandomModels;

/// <summary>
/// A byte-level BPE tokenizer of any size: three special tokens, the 256 bytes, then all words of two small
/// letters, of three, of four, each made of the word before its last letter and that letter.
/// </summary>
internal static class MadeUpTokenizer
{
    private const int Letters = 26;

    private static readonly string[] Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> for a vocabulary of <paramref name="size"/> ids.</summary>
    public static void Write(int size, string directory)
    {
        using (FileStream file = File.Create(Path.Combine(directory, "tokenizer.json")))
        using (var json = new Utf8JsonWriter(file))
        {
            WriteTokenizer(json, size);
        }

        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["bos_token"] = Special[0],
            ["eos_token"] = Special[2],
            ["pad_token"] = Special[2],
            ["add_bos_token"] = false,
            ["clean_up_tokenization_spaces"] = false,
        }));
    }

    /// <summary>All tokens, by id.</summary>
    public static IEnumerable<string> Tokens(int size) =>
        Special.Concat(Bytes()).Concat(Words().Select(word => word.Left + word.Right)).Take(size);

    /// <summary>The merges, in order: as many as the vocabulary has room for.</summary>
    public static IEnumerable<(string Left, string Right)> Merges(int size) => Words().Take(Math.Max(0, size - Special.Length - 256));

    /// <summary>GPT-2's stand-ins: printable Latin-1 for itself, every other byte a character from U+0100 on, in order.</summary>
    private static IEnumerable<string> Bytes()
    {
        char next = (char)256;
        for (int value = 0; value < 256; value++)
        {
            yield return value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? $"{(char)value}" : $"{next++}";
        }
    }

    private static IEnumerable<(string Left, string Right)> Words()
    {
        IReadOnlyList<string> shorter = [.. Enumerable.Range(0, Letters).Select(letter => $"{(char)('a' + letter)}")];
        while (true)
        {
            var longer = new List<string>();
            foreach (string left in shorter)
            {
                for (char right = 'a'; right <= 'z'; right++)
                {
                    yield return (left, $"{right}");
                    longer.Add(left + right);
                }
            }

            shorter = longer;
        }
    }

    private static void WriteTokenizer(Utf8JsonWriter json, int size)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach ((int id, string content) in Special.Index())
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", content);
            foreach (string flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
            {
                json.WriteBoolean(flag, false);
            }

            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("normalizer");
        WriteByteLevel(json, "pre_tokenizer");
        json.WriteNull("post_processor");
        WriteByteLevel(json, "decoder");
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        foreach ((int id, string token) in Tokens(size).Index())
        {
            json.WriteNumber(token, id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach ((string left, string right) in Merges(size))
        {
            json.WriteStringValue($"{left} {right}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }
}
