using System.Globalization;
using System.Text;
using Pipeline.Cli.Api;
using Pipeline.Cli.Documents;

namespace Pipeline.Cli.Demo;

/// <summary>What the demo shows at its end: some answers, how many are right, and the bill.</summary>
internal static class DemoReport
{
    private const int Rows = 6;

    /// <summary>Writes the report as text.</summary>
    /// <param name="documents">What was sent in.</param>
    /// <param name="answers">What came back.</param>
    /// <param name="bill">What the batch cost.</param>
    /// <param name="width">Columns that a line may have.</param>
    public static string Write(IReadOnlyList<Document> documents, DemoAnswers answers, CostView bill, int width)
    {
        StringBuilder text = new();
        Line(text, "");
        Line(text, $"  Answers ({Math.Min(Rows, documents.Count)} of {documents.Count})");
        // Evenly spread, so that every kind of document is seen.
        foreach (Document document in Enumerable.Range(0, Math.Min(Rows, documents.Count)).Select(i => documents[i * documents.Count / Math.Min(Rows, documents.Count)]))
        {
            Line(text, $"    {Cut(document.Id, 16),-16}  {Cut(answers.Text(document.Id) ?? "(no answer)", width - 24)}");
        }

        Line(text, "");
        Line(text, "  Quality");
        Line(text, $"    {"answered",-16}  {answers.Count} of {documents.Count}");
        Line(text, $"    {"valid JSON",-16}  {Share(answers.Valid, documents.Count)}");
        SortedDictionary<string, (int Exact, int Marked)> scores = answers.Score(documents);
        if (scores.Count > 0)
        {
            Line(text, $"    {"exact fields",-16}  {Share(scores.Values.Sum(s => s.Exact), scores.Values.Sum(s => s.Marked))}");
            foreach ((string field, (int exact, int marked)) in scores.OrderByDescending(s => s.Value.Marked).ThenBy(s => s.Key, StringComparer.Ordinal))
            {
                Line(text, $"      {Cut(field, 14),-14}  {Share(exact, marked)}");
            }
        }

        Line(text, "");
        Line(text, "  Bill");
        Line(text, $"    {"jobs",-16}  {bill.Jobs} in {bill.Attempts} attempts");
        Line(text, $"    {"tokens",-16}  {bill.PromptTokens:N0} prompt ({Percent(bill.CachedTokens, bill.PromptTokens)} from cache), {bill.CompletionTokens:N0} completion");
        Line(text, $"    {"device",-16}  {bill.DeviceSeconds:N2} s");
        Line(text, $"    {"cost",-16}  {bill.Cost:0.000000} {bill.Currency}, {bill.Cost / documents.Count * 1000:0.0000} per thousand documents");
        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Line(StringBuilder text, string line) => text.AppendLine(line);

    private static string Share(int part, int whole) => $"{Percent(part, whole),6}  ({part} of {whole})";

    private static string Percent(double part, double whole) =>
        (whole == 0 ? 0 : part / whole).ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);

    private static string Cut(string text, int length)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= length ? line : line[..(length - 1)] + "…";
    }
}
