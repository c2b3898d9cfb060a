using System.Text.Json;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>What Hugging Face's tokenizers make of a text.</summary>
/// <param name="Ids">Its tokens by the original in Rust.</param>
/// <param name="Decoded">Their text by the original, special tokens left out.</param>
/// <param name="JavaScript">Its tokens by the port to JavaScript, where that was asked.</param>
internal sealed record ReferenceEncoding(int[] Ids, string Decoded, int[]? JavaScript);

/// <summary>Hugging Face's tokenizers over one vocabulary.</summary>
/// <param name="Directory">A folder with a tokenizer.json.</param>
internal sealed record ReferenceTokenizer(string Directory)
{
    /// <summary>The tokens of texts, and the text of tokens with special tokens in it; in one process.</summary>
    /// <param name="texts">What to encode.</param>
    /// <param name="around">Whether to put the tokens around them that tokenizer.json says.</param>
    /// <param name="alsoInJavaScript">For how many of the texts, from the first, the port is asked as well.</param>
    /// <param name="tokens">What to decode.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(ReferenceEncoding[] Encodings, string[] Texts)> AskAsync(
        IReadOnlyList<string> texts, bool around, int alsoInJavaScript, IEnumerable<int[]> tokens, CancellationToken cancellationToken)
    {
        object[] requests =
        [
            .. texts.Select((text, i) => new { text, around, js = i < alsoInJavaScript }),
            .. tokens.Select(ids => new { ids }),
        ];
        List<JsonElement> answers = await Node.AskAsync("tokenize.mjs", requests, cancellationToken,
            Path.Combine(Directory, "tokenizer.json"), Path.Combine(Directory, "tokenizer_config.json"));
        return (
            [.. answers.Take(texts.Count).Select(answer => new ReferenceEncoding(Ids(answer, "ids")!, Text(answer), Ids(answer, "js")))],
            [.. answers.Skip(texts.Count).Select(Text)]);
    }

    private static string Text(JsonElement answer) => answer.GetProperty("text").GetString()!;

    private static int[]? Ids(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out JsonElement ids) ? ids.Deserialize<int[]>() : null;
}
