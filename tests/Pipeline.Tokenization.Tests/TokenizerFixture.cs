using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Tests;

/// <summary>A model directory with a small byte-level tokenizer: the 256 bytes in order of value, then what is asked for.</summary>
internal sealed class TokenizerFixture : IDisposable
{
    private readonly JsonObject _vocabulary = [];
    private readonly JsonArray _merges = [];

    public TokenizerFixture(params string[] merges)
    {
        Path = Directory.CreateTempSubdirectory("tokenizer-").FullName;
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            _vocabulary[((char)(printable ? value : next++)).ToString()] = value;
        }
        foreach (string merge in merges)
        {
            _merges.Add((JsonNode)merge);
            AddToVocabulary(merge.Replace(" ", ""));
        }
        File["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = _vocabulary, ["merges"] = _merges };
        File["pre_tokenizer"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}""");
        File["decoder"] = JsonNode.Parse("""{"type":"ByteLevel"}""");
    }

    public string Path { get; }

    public JsonObject File { get; } = [];

    public JsonObject Model => (JsonObject)File["model"]!;

    public int AddToVocabulary(string token)
    {
        if (_vocabulary[token] is { } known)
        {
            return known.GetValue<int>();
        }
        int id = _vocabulary.Count;
        _vocabulary[token] = id;
        return id;
    }

    public TokenizerFixture With(string part, string json)
    {
        File[part] = JsonNode.Parse(json);
        return this;
    }

    /// <summary>Adds a token that is looked for in the text; ids start at 1000.</summary>
    public TokenizerFixture WithAdded(string content, bool special = true, string flags = "{}")
    {
        JsonArray added = File["added_tokens"] as JsonArray ?? [];
        File["added_tokens"] = added;
        JsonObject token = JsonNode.Parse(flags)!.AsObject();
        token["id"] = 1000 + added.Count;
        token["content"] = content;
        token["special"] = special;
        added.Add((JsonNode)token);
        return this;
    }

    public TokenizerFixture WithFile(string name, string content)
    {
        System.IO.File.WriteAllText(System.IO.Path.Combine(Path, name), content);
        return this;
    }

    public Tokenization.Tokenizer Load()
    {
        WithFile("tokenizer.json", File.ToJsonString());
        return Tokenization.Tokenizer.Load(Path);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
