using Pipeline.ModelTrainer.Prompts;

namespace Pipeline.ModelTrainer.Tokenizers;

/// <summary>Chat messages as tokens, as the chat template writes them (ChatML).</summary>
internal static class ChatFormat
{
    /// <summary>The template that ships with the model; <see cref="Prompt"/> does the same.</summary>
    public const string Template =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>The tokens up to where the answer begins.</summary>
    public static List<int> Prompt(BpeTokenizer tokenizer, Extraction extraction)
    {
        var ids = new List<int>();
        if (extraction.System is { } system)
        {
            Message(tokenizer, ids, "system", system);
        }

        Message(tokenizer, ids, "user", extraction.User);
        ids.Add(BpeTokenizer.MessageStart);
        ids.AddRange(tokenizer.Encode("assistant\n"));
        return ids;
    }

    /// <summary>The tokens of the answer, its end included.</summary>
    public static List<int> Answer(BpeTokenizer tokenizer, Extraction extraction)
    {
        var ids = tokenizer.Encode(extraction.Answer);
        ids.Add(BpeTokenizer.MessageEnd);
        return ids;
    }

    private static void Message(BpeTokenizer tokenizer, List<int> ids, string role, string content)
    {
        ids.Add(BpeTokenizer.MessageStart);
        ids.AddRange(tokenizer.Encode(role + "\n" + content));
        ids.Add(BpeTokenizer.MessageEnd);
        ids.AddRange(tokenizer.Encode("\n"));
    }
}
