using System.Text.Json;
using Pipeline.Tokenization.Bytes;

namespace Pipeline.Tokenization.Files;

/// <summary>The model of tokenizer.json: a byte-level BPE vocabulary and its merges.</summary>
internal sealed class ModelPart
{
    private ModelPart(Dictionary<string, int> vocabulary, BytePairMerges merges, bool wholePiecesFirst)
    {
        Vocabulary = vocabulary;
        Merges = merges;
        WholePiecesFirst = wholePiecesFirst;
    }

    public IReadOnlyDictionary<string, int> Vocabulary { get; }

    public BytePairMerges Merges { get; }

    /// <summary>Whether a piece that is in the vocabulary is taken whole, even where the merges lead elsewhere.</summary>
    public bool WholePiecesFirst { get; }

    public static ModelPart Read(JsonElement model)
    {
        // Files of the first years leave the type out; only BPE has merges.
        string kind = model.ValueKind == JsonValueKind.Object && !model.TryGetProperty("type", out _)
            && model.TryGetProperty("merges", out _) ? "BPE" : model.Kind("model");
        if (kind != "BPE")
        {
            throw new NotSupportedException($"Tokenizer models of kind '{kind}' are not supported: only byte-level 'BPE' is.");
        }
        Refuse(model, "continuing_subword_prefix");
        Refuse(model, "end_of_word_suffix");
        if (model.TryGetProperty("dropout", out JsonElement dropout) && !dropout.IsAbsent() && dropout.GetDouble() > 0)
        {
            throw new NotSupportedException("Tokenizers with BPE dropout are not supported: they encode by chance.");
        }
        if (model.Flag("byte_fallback", false))
        {
            throw new NotSupportedException(
                "BPE tokenizers with byte_fallback (SentencePiece style) are not supported: only byte-level BPE is.");
        }

        var vocabulary = new Dictionary<string, int>();
        foreach (JsonProperty entry in model.Required("vocab", JsonValueKind.Object, "model").EnumerateObject())
        {
            vocabulary[entry.Name] = entry.Value.TryGetInt32(out int id) && id >= 0
                ? id
                : throw new InvalidDataException($"tokenizer.json: the id of token '{entry.Name}' is not an id.");
        }
        int unknown = model.Text("unk_token") is { } text && vocabulary.TryGetValue(text, out int unk) ? unk : -1;
        var merges = new BytePairMerges(ByteTokens(vocabulary, unknown), ReadMerges(model, vocabulary), unknown);
        return new ModelPart(vocabulary, merges, model.Flag("ignore_merges", false));
    }

    private static void Refuse(JsonElement model, string name)
    {
        if (!string.IsNullOrEmpty(model.Text(name)))
        {
            throw new NotSupportedException($"BPE tokenizers with {name} are not supported: only byte-level BPE is.");
        }
    }

    private static int[] ByteTokens(Dictionary<string, int> vocabulary, int unknown)
    {
        int[] tokens = new int[256];
        for (int value = 0; value < 256; value++)
        {
            tokens[value] = vocabulary.GetValueOrDefault(ByteLevelAlphabet.Character((byte)value).ToString(), -1);
            // 0xC0, 0xC1 and 0xF5 on never occur in UTF-8; any other gap would lose text without a word.
            if (tokens[value] < 0 && unknown < 0 && value is not (0xC0 or 0xC1 or >= 0xF5))
            {
                throw new NotSupportedException(
                    $"The BPE vocabulary has no token for byte 0x{value:X2}: only byte-level BPE is supported.");
            }
        }
        return tokens;
    }

    /// <summary>Merges are written as "left right", or in newer files as ["left", "right"].</summary>
    private static List<(int Left, int Right, int Joined)> ReadMerges(JsonElement model, Dictionary<string, int> vocabulary)
    {
        var merges = new List<(int, int, int)>();
        foreach (JsonElement merge in model.Required("merges", JsonValueKind.Array, "model").EnumerateArray())
        {
            string[] parts = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!.Split(' '),
                JsonValueKind.Array => [.. merge.EnumerateArray().Select(part => part.GetString() ?? "")],
                _ => [],
            };
            if (parts.Length != 2)
            {
                throw new InvalidDataException($"tokenizer.json: merge {merges.Count + 1} is not a pair: {merge.GetRawText()}");
            }
            merges.Add((Id(parts[0]), Id(parts[1]), Id(parts[0] + parts[1])));
        }
        return merges;

        int Id(string token) => vocabulary.TryGetValue(token, out int id)
            ? id
            : throw new InvalidDataException($"tokenizer.json: merge {merges.Count + 1} needs token '{token}', which is not in the vocabulary.");
    }
}
