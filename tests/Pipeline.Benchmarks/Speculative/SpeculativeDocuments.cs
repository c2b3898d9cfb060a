using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Benchmarks.Support;
using Pipeline.Tokenization;

namespace Pipeline.Benchmarks.Speculative;

/// <summary>The prompts: a question and a document each, as the model's chat template puts it.</summary>
internal static class SpeculativeDocuments
{
    private const string Question = "Extract the fields company, date, address and total from this receipt as JSON.";

    /// <summary>Reads documents.</summary>
    /// <param name="path">A file of <c>{"text", "instruction"?}</c> lines, or a folder that has such files (<c>.jsonl</c>) or texts (<c>.txt</c>).</param>
    /// <param name="model">The model's directory.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="longest">Tokens that a prompt may have; longer ones are left out.</param>
    public static int[][] Read(string path, string model, int most, int longest)
    {
        Tokenizer tokenizer = Tokenizer.Load(model);
        ChatTemplate template = ChatTemplate.Load(model);
        int[][] prompts = [.. Questions(path)
            .Select(question => template.Render([new JsonObject { ["role"] = "user", ["content"] = question }], addGenerationPrompt: true))
            .Select(prompt => tokenizer.Encode(prompt, addSpecialTokens: true)).Where(prompt => prompt.Length <= longest).Take(most)];
        return prompts.Length > 0 ? prompts : throw new BenchmarkException($"{path} holds no document of at most {longest} tokens.");
    }

    private static IEnumerable<string> Questions(string path)
    {
        if (!Directory.Exists(path))
        {
            return Lines(path);
        }

        string[] files = [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        return [
            .. files.Where(file => Path.GetExtension(file) == ".jsonl").SelectMany(Lines),
            .. files.Where(file => Path.GetExtension(file) == ".txt").Select(file => $"{Question}\n\n{File.ReadAllText(file)}"),
        ];
    }

    private static IEnumerable<string> Lines(string file) => File.ReadLines(file).Where(line => line.Length > 0).Select(line =>
    {
        JsonElement document = JsonElement.Parse(line);
        string question = document.TryGetProperty("instruction", out JsonElement own) ? own.GetString()! : Question;
        return $"{question}\n\n{document.GetProperty("text").GetString()}";
    });
}
