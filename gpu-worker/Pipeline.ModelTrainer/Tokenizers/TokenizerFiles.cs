using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.ModelTrainer.Tokenizers;

/// <summary>Writes and reads a tokenizer in the layout of Hugging Face's tokenizers library.</summary>
internal static class TokenizerFiles
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes tokenizer.json, tokenizer_config.json and chat_template.jinja.</summary>
    public static void Write(BpeTokenizer tokenizer, string directory)
    {
        Directory.CreateDirectory(directory);
        var names = Enumerable.Range(0, tokenizer.VocabularySize).Select(id => Name(tokenizer, id)).ToArray();
        var vocabulary = new JsonObject();
        for (var id = 0; id < names.Length; id++)
        {
            vocabulary.Add(names[id], id);
        }

        var special = BpeTokenizer.SpecialTokens.Select((content, id) => (JsonNode)new JsonObject
        {
            ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
        });
        var byteLevel = () => new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = false };
        var json = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. special]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = TextPieces.Pattern }, ["behavior"] = "Isolated", ["invert"] = false,
                    },
                    byteLevel()),
            },
            ["post_processor"] = null,
            ["decoder"] = byteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. tokenizer.Merges.Select(m => (JsonNode)$"{names[m.Left]} {names[m.Right]}")]),
            },
        };
        Save(json, directory, "tokenizer.json");
        Save(
            new JsonObject
            {
                ["tokenizer_class"] = "PreTrainedTokenizerFast",
                ["bos_token"] = null,
                ["eos_token"] = "<|im_end|>",
                ["pad_token"] = "<|endoftext|>",
                ["unk_token"] = null,
                ["add_bos_token"] = false,
                ["add_eos_token"] = false,
                ["clean_up_tokenization_spaces"] = false,
                ["model_max_length"] = 1024,
                ["chat_template"] = ChatFormat.Template,
            },
            directory,
            "tokenizer_config.json");
        File.WriteAllText(Path.Combine(directory, "chat_template.jinja"), ChatFormat.Template);
    }

    /// <summary>Reads the merges of a tokenizer.json that <see cref="Write"/> wrote.</summary>
    public static BpeTokenizer Read(string directory)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        var model = json.RootElement.GetProperty("model");
        var vocabulary = model.GetProperty("vocab").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        var merges = new List<(int, int)>();
        foreach (var merge in model.GetProperty("merges").EnumerateArray())
        {
            var parts = merge.GetString()!.Split(' ');
            merges.Add((vocabulary[parts[0]], vocabulary[parts[1]]));
        }

        return new BpeTokenizer(merges);
    }

    internal static void Save(JsonNode json, string directory, string name) =>
        File.WriteAllText(Path.Combine(directory, name), json.ToJsonString(Options) + "\n");

    private static string Name(BpeTokenizer tokenizer, int id) =>
        id < BpeTokenizer.FirstByteId
            ? BpeTokenizer.SpecialTokens[id]
            : string.Concat(tokenizer.BytesOf(id).ToArray().Select(b => ByteAlphabet.OfByte[b]));
}
