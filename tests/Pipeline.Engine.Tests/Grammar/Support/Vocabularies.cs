using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Tokenization;

namespace Pipeline.Engine.Tests.Grammar.Support;

/// <summary>The vocabularies that grammars are tested with: the shipped model's, and a made-up one whose tokens keep to no borders.</summary>
internal static class Vocabularies
{
    public static string ShippedModel { get; } = Path.GetFullPath(Path.Combine(Folder(), "../../../../gpu-worker/models/pipeline-extract-small"));

    public static Tokenizer ShippedTokenizer { get; } = Tokenizer.Load(ShippedModel);

    public static TokenVocabulary Shipped { get; } = Load(ShippedModel);

    public static TokenVocabulary MadeUp { get; } = MakeUp();

    public static TheoryData<string> Names => ["shipped", "made up"];

    public static TokenVocabulary Of(string name) => name == "shipped" ? Shipped : MadeUp;

    private static TokenVocabulary Load(string directory)
    {
        Tokenizer tokenizer = Tokenizer.Load(directory);
        return new TokenVocabulary(tokenizer, tokenizer.EndTokens);
    }

    /// <summary>Byte pairs joined at random, from texts of JSON and of several scripts: tokens such as <c>":[{"</c>, halves of characters, and runs of spaces.</summary>
    private static TokenVocabulary MakeUp()
    {
        var random = new Random(5);
        byte[] sample = Encoding.UTF8.GetBytes("""{"a":[{"b":"c d"},1,-2.5e7,true,null],"name":"Zoë 漢字 😀","x":{"y":["","  \n    "]}}, "items": [0.125, false]}]}"}""" + "\n        ");
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(value => Character((byte)value).ToString())];
        var vocabulary = new JsonObject();
        var merges = new JsonArray();
        HashSet<string> known = [.. tokens];
        for (int i = 0; i < 4000 && known.Count < 1500; i++)
        {
            int start = random.Next(sample.Length - 1), length = random.Next(2, Math.Min(8, sample.Length - start + 1));
            string word = string.Concat(sample[start..(start + length)].Select(Character));
            int cut = random.Next(1, word.Length);
            (string left, string right) = (word[..cut], word[cut..]);
            if (known.Contains(left) && known.Contains(right) && known.Add(word))
            {
                tokens.Add(word);
                merges.Add($"{left} {right}");
            }
        }

        tokens.ForEach(token => vocabulary[token] = vocabulary.Count);
        string directory = Directory.CreateTempSubdirectory("pipeline-vocabulary-").FullName;
        File.WriteAllText(Path.Combine(directory, "tokenizer.json"), new JsonObject
        {
            ["added_tokens"] = new JsonArray(new JsonObject
            {
                ["id"] = tokens.Count, ["content"] = "<end>", ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
            }),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = merges },
        }.ToJsonString());
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), JsonSerializer.Serialize(new { eos_token = "<end>" }));
        TokenVocabulary made = Load(directory);
        Directory.Delete(directory, recursive: true);
        return made;
    }

    private static char Character(byte value) => ByteAlphabet.Of(value);

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
