using Pipeline.ModelTrainer.Prompts;
using Pipeline.ModelTrainer.Tokenizers;

namespace Pipeline.ModelTrainer.Training;

/// <summary>A question about a document with its answer, as tokens.</summary>
/// <param name="Ids">All tokens.</param>
/// <param name="AnswerStart">Where the answer begins.</param>
internal sealed record Example(int[] Ids, int AnswerStart)
{
    public static Example Of(BpeTokenizer tokenizer, Extraction extraction)
    {
        var ids = ChatFormat.Prompt(tokenizer, extraction);
        var start = ids.Count;
        ids.AddRange(ChatFormat.Answer(tokenizer, extraction));
        return new Example([.. ids], start);
    }

    /// <summary>Any tokens, to be repeated: there is nothing to foretell them by but the first time they stood there.</summary>
    public static Example Repeat(BpeTokenizer tokenizer, int[] any)
    {
        List<int> ids =
        [
            BpeTokenizer.MessageStart, .. tokenizer.Encode("user\nRepeat this text.\n\n"), .. any, BpeTokenizer.MessageEnd,
            .. tokenizer.Encode("\n"), BpeTokenizer.MessageStart, .. tokenizer.Encode("assistant\n"),
        ];
        var start = ids.Count;
        return new Example([.. ids, .. any, BpeTokenizer.MessageEnd], start);
    }
}
