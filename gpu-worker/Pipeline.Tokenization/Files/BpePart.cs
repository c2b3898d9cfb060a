using System.Text.Json;
using Pipeline.Tokenization.Models;

namespace Pipeline.Tokenization.Files;

/// <summary>The model of tokenizer.json where it is a byte pair encoding.</summary>
internal static class BpePart
{
    public static TokenModel Read(JsonElement model, bool byteLevel)
    {
        Refuse(model, "continuing_subword_prefix");
        Refuse(model, "end_of_word_suffix");
        if (model.TryGetProperty("dropout", out JsonElement dropout) && !dropout.IsAbsent() && dropout.GetDouble() > 0)
        {
            throw new NotSupportedException("Tokenizers with BPE dropout are not supported: they encode by chance.");
        }
        Dictionary<string, int> vocabulary = ModelPart.ReadVocabulary(model);
        List<(int, int, int)> merges = ReadMerges(model, vocabulary);
        bool wholePiecesFirst = model.Flag("ignore_merges", false);
        bool byteFallback = model.Flag("byte_fallback", false);
        int unknown = model.Text("unk_token") is not { Length: > 0 } token ? -1
            : vocabulary.TryGetValue(token, out int id) ? id
            : byteLevel || byteFallback ? -1 // Nothing is unknown then.
            : throw new InvalidDataException($"tokenizer.json: the model's unk_token '{token}' is not in the vocabulary.");
        if (byteLevel && byteFallback)
        {
            throw new NotSupportedException("A byte-level BPE tokenizer with byte_fallback is not supported.");
        }
        return byteLevel
            ? new ByteLevelBpe(vocabulary, new BytePairMerges(merges), unknown, wholePiecesFirst)
            : new CharacterBpe(vocabulary, merges,
                new CharacterBpeOptions(unknown, model.Flag("fuse_unk", false), byteFallback, wholePiecesFirst));
    }

    private static void Refuse(JsonElement model, string name)
    {
        if (!string.IsNullOrEmpty(model.Text(name)))
        {
            throw new NotSupportedException($"BPE tokenizers with {name} are not supported.");
        }
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
