using System.CommandLine;
using System.Text.Json;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Commands;

/// <summary><c>tokenize</c>: JSON strings in, a line each; their token ids out, a JSON array a line.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        Option<string> model = ModelOption.Create();
        var plain = new Option<bool>("--no-special-tokens")
        {
            Description = "Leave out the tokens that the tokenizer puts around a text, such as a begin token.",
        };
        var command = new Command("tokenize", "Reads JSON strings, one a line, and writes their token ids as JSON arrays.") { model, plain };
        command.SetAction(async (result, cancellationToken) =>
        {
            Tokenizer? tokenizer = ModelOption.Load(() => Tokenizer.Load(result.GetValue(model)!), Console.Error);
            return tokenizer is null ? 1 : await JsonLines.AnswerAsync(
                Console.In, Console.Out, Console.Error, line => Tokenize(line, tokenizer, !result.GetValue(plain)), cancellationToken);
        });
        return command;
    }

    internal static string Tokenize(string line, Tokenizer tokenizer, bool addSpecialTokens)
    {
        JsonElement text = JsonText.Parse(line);
        return text.ValueKind == JsonValueKind.String
            ? JsonSerializer.Serialize(tokenizer.Encode(text.GetString()!, addSpecialTokens))
            : throw new JsonException($"A JSON string is needed, not {text.ValueKind}.");
    }
}
