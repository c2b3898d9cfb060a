using System.Text.Json;
using Pipeline.Cli.Documents;

namespace Pipeline.Cli.Demo;

/// <summary>The answers in a batch's results, and how many of them are right.</summary>
internal sealed class DemoAnswers
{
    private readonly List<string> named = [];
    private readonly Dictionary<string, string> texts = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string?>> objects = [];

    /// <summary>Documents that got an answer.</summary>
    public int Count => texts.Count;

    /// <summary>Documents whose answer is a JSON object.</summary>
    public int Valid => objects.Count;

    /// <summary>The documents that results of documents tell of, answered or not; none in a batch's output file.</summary>
    public IReadOnlyList<Document> Documents => [.. named.Select(name => new Document(name, ""))];

    /// <summary>Reads a batch's output file, or results of documents.</summary>
    public static DemoAnswers Read(string outputFile)
    {
        DemoAnswers answers = new();
        foreach (string line in File.ReadLines(outputFile).Where(l => l.Length > 0))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            if (root.TryGetProperty("document", out JsonElement document))
            {
                answers.named.Add(document.GetString()!);
                answers.Add(document.GetString()!, root.GetProperty("text").GetString());
            }
            else if (root.GetProperty("response") is { ValueKind: JsonValueKind.Object } response && response.GetProperty("status_code").GetInt32() == 200)
            {
                answers.Add(
                    root.GetProperty("custom_id").GetString()!,
                    response.GetProperty("body").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? "");
            }
        }

        return answers;
    }

    /// <summary>The answer as the model wrote it, or <see langword="null"/> when there is none.</summary>
    public string? Text(string id) => texts.GetValueOrDefault(id);

    /// <summary>For every field that somebody marked: how often it was marked, and how often the answer says exactly the same.</summary>
    public SortedDictionary<string, (int Exact, int Marked)> Score(IEnumerable<Document> documents)
    {
        SortedDictionary<string, (int Exact, int Marked)> scores = new(StringComparer.Ordinal);
        foreach (Document document in documents)
        {
            IReadOnlyDictionary<string, string?>? given = objects.GetValueOrDefault(document.Id);
            foreach ((string name, string? value) in document.Fields ?? new Dictionary<string, string?>())
            {
                (int exact, int marked) = scores.GetValueOrDefault(name);
                bool same = given is not null && given.TryGetValue(name, out string? found) && found == value;
                scores[name] = (exact + (same ? 1 : 0), marked + 1);
            }
        }

        return scores;
    }

    private void Add(string id, string? text)
    {
        if (text is null)
        {
            return;
        }

        texts[id] = text;
        if (Fields(text) is { } fields)
        {
            objects[id] = fields;
        }
    }

    private static Dictionary<string, string?>? Fields(string answer)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(answer);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            Dictionary<string, string?> fields = [];
            foreach (JsonProperty field in json.RootElement.EnumerateObject())
            {
                fields[field.Name] = field.Value.ValueKind == JsonValueKind.Null ? null : field.Value.ToString();
            }

            return fields;
        }
        catch (JsonException)
        {
            return null; // a model may write anything; the share that parses is one of the figures shown
        }
    }
}
