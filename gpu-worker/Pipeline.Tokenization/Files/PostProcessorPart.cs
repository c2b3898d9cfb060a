using System.Text.Json;

namespace Pipeline.Tokenization.Files;

/// <summary>The tokens that a post-processor puts before and after a text.</summary>
/// <param name="Before">Ids put in front, in order.</param>
/// <param name="After">Ids appended, in order.</param>
internal sealed record PostProcessorPart(int[] Before, int[] After)
{
    private static readonly PostProcessorPart Nothing = new([], []);

    public static PostProcessorPart Read(JsonElement processor)
    {
        if (processor.IsAbsent())
        {
            return Nothing;
        }
        string kind = processor.Kind("post_processor");
        return kind switch
        {
            "ByteLevel" => Nothing,
            "TemplateProcessing" => Template(processor),
            "RobertaProcessing" or "BertProcessing" => new([PairId(processor, "cls")], [PairId(processor, "sep")]),
            "Sequence" => processor.Required("processors", JsonValueKind.Array, "post_processor").EnumerateArray()
                .Select(Read).Aggregate(Nothing, (all, next) => new([.. next.Before, .. all.Before], [.. all.After, .. next.After])),
            _ => throw new NotSupportedException($"Tokenizer post-processors of kind '{kind}' are not supported."),
        };
    }

    private static PostProcessorPart Template(JsonElement processor)
    {
        var before = new List<int>();
        var after = new List<int>();
        bool seenText = false;
        foreach (JsonElement piece in processor.Required("single", JsonValueKind.Array, "post_processor").EnumerateArray())
        {
            if (piece.TryGetProperty("Sequence", out _))
            {
                seenText = true;
                continue;
            }
            string name = piece.Required("SpecialToken", JsonValueKind.Object, "post_processor").Text("id") ?? "";
            JsonElement ids = processor.Required("special_tokens", JsonValueKind.Object, "post_processor")
                .Required(name, JsonValueKind.Object, "post_processor's special_tokens")
                .Required("ids", JsonValueKind.Array, "post_processor's special_tokens");
            (seenText ? after : before).AddRange(ids.EnumerateArray().Select(id => id.GetInt32()));
        }
        return new([.. before], [.. after]);
    }

    private static int PairId(JsonElement processor, string name) =>
        processor.Required(name, JsonValueKind.Array, "post_processor")[1].GetInt32();
}
