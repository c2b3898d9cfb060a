using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.ModelTrainer.Documents;
using Pipeline.ModelTrainer.Prompts;

namespace Pipeline.ModelTrainer.Commands;

/// <summary><c>sample-documents</c>: writes made-up documents with their fields, one JSON object a line.</summary>
internal static class SampleDocumentsCommand
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "The file to write.", Required = true };
        var count = new Option<int>("--documents") { DefaultValueFactory = _ => 120 };
        var seed = new Option<long>("--seed") { Description = "Take another than the training's.", DefaultValueFactory = _ => 2026 };
        var kind = new Option<DocumentKind?>("--kind") { Description = "Only this kind." };
        var command = new Command("sample-documents", "Writes made-up documents with their fields.") { output, count, seed, kind };
        command.SetAction(result =>
        {
            var maker = new DocumentMaker(result.GetValue(seed));
            using var file = new StreamWriter(result.GetValue(output)!) { NewLine = "\n" };
            for (var i = 0; i < result.GetValue(count); i++)
            {
                file.WriteLine(Line(maker.Make(i, 1, result.GetValue(kind)), i));
            }
        });
        return command;
    }

    internal static string Line(MadeUpDocument document, int index)
    {
        var asked = Extraction.UsualFields(document);
        return JsonSerializer.Serialize(
            new
            {
                id = $"{document.Kind.ToString().ToLowerInvariant()}-{index + 1:D3}",
                kind = document.Kind.ToString().ToLowerInvariant(),
                instruction = Extraction.UsualInstruction(document),
                text = document.Text,
                fields = asked.ToDictionary(f => f.Name, f => f.Value),
            },
            Options);
    }
}
