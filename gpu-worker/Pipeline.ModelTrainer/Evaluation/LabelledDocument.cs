using System.Text.Json;

namespace Pipeline.ModelTrainer.Evaluation;

/// <summary>What a document should give.</summary>
/// <param name="Id">Its name; in a batch, the line's custom_id.</param>
/// <param name="Instruction">How it is asked; null for the usual question about a receipt.</param>
/// <param name="Text">The document, where the file holds it.</param>
/// <param name="Fields">Each field's value; null for what the document does not say.</param>
internal sealed record LabelledDocument(string Id, string? Instruction, string? Text, IReadOnlyDictionary<string, string?> Fields)
{
    /// <summary>Reads a file of one object a line: <c>custom_id</c> or <c>id</c>, <c>fields</c>, and if it has them <c>text</c> and <c>instruction</c>.</summary>
    public static List<LabelledDocument> Read(string path)
    {
        var documents = new List<LabelledDocument>();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var id = root.TryGetProperty("custom_id", out var custom) ? custom.GetString() : root.GetProperty("id").GetString();
            var fields = root.GetProperty("fields").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString());
            documents.Add(new LabelledDocument(id!, Optional(root, "instruction"), Optional(root, "text"), fields));
        }

        return documents;
    }

    private static string? Optional(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
}
