using System.Globalization;
using System.Text;
using Pipeline.ModelTrainer.Prompts;

namespace Pipeline.ModelTrainer.Evaluation;

/// <summary>
/// Counts how many fields of how many documents were found. Exact means the same string. Near means the same letters and
/// figures, whatever the case, the spaces and the punctuation: people who mark documents differ in those.
/// </summary>
internal sealed class FieldScores
{
    private readonly Dictionary<string, (int Exact, int Near, int Count)> fields = [];

    /// <summary>Documents counted.</summary>
    public int Documents { get; private set; }

    /// <summary>Documents whose answer was a JSON object.</summary>
    public int Valid { get; private set; }

    /// <summary>Counts one document. No answer, or one that is no JSON object, has every field wrong.</summary>
    public void Add(string? answer, IReadOnlyDictionary<string, string?> expected)
    {
        Documents++;
        var given = answer is null ? null : AnswerJson.Read(answer);
        if (given is not null)
        {
            Valid++;
        }

        foreach (var (name, value) in expected)
        {
            var (exact, near, count) = fields.GetValueOrDefault(name);
            string? found = null;
            var has = given is not null && given.TryGetValue(name, out found);
            fields[name] = (
                exact + (has && found == value ? 1 : 0),
                near + (has && Essence(found) == Essence(value) ? 1 : 0),
                count + 1);
        }
    }

    /// <summary>The share of documents in which this field is exactly right.</summary>
    public double Exact(string field) => fields[field].Exact / (double)fields[field].Count;

    /// <summary>The share of documents in which this field is nearly right.</summary>
    public double Near(string field) => fields[field].Near / (double)fields[field].Count;

    /// <summary>A table in Markdown.</summary>
    public string Table()
    {
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"{Documents} documents, {Valid / (double)Math.Max(1, Documents):P1} of the answers are JSON\n\n");
        table.Append("| field | exact | same letters and figures | documents |\n|---|---:|---:|---:|\n");
        foreach (var (name, (_, _, count)) in fields)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {Exact(name):P1} | {Near(name):P1} | {count} |\n");
        }

        return table.ToString();
    }

    private static string? Essence(string? value) =>
        value is null ? null : string.Concat(value.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
