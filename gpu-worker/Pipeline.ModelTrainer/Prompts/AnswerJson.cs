using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.ModelTrainer.Documents;

namespace Pipeline.ModelTrainer.Prompts;

/// <summary>How an answer is written and read: one line of JSON without spaces between its parts.</summary>
internal static class AnswerJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IEnumerable<Field> fields)
    {
        var parts = fields.Select(f => $"{Quote(f.Name)}:{(f.Value is null ? "null" : Quote(f.Value))}");
        return "{" + string.Join(',', parts) + "}";
    }

    /// <summary>Reads an answer; null when it is not a JSON object.</summary>
    public static IReadOnlyDictionary<string, string?>? Read(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            // The last of two equal names wins, as in most readers.
            var fields = new Dictionary<string, string?>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                fields[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value.ToString();
            }

            return fields;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text, Options);
}
