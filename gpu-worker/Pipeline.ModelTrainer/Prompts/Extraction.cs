using System.Globalization;
using Pipeline.ModelTrainer.Documents;

namespace Pipeline.ModelTrainer.Prompts;

/// <summary>A question about a document and its answer.</summary>
/// <param name="System">The system message, or null for none.</param>
/// <param name="User">The instruction, a blank line, the document.</param>
/// <param name="Answer">One line of JSON: the asked fields in the asked order.</param>
internal sealed record Extraction(string? System, string User, string Answer)
{
    /// <summary>The wording that the demo and the measurements use.</summary>
    public const string ReceiptInstruction = "Extract the fields company, date, address and total from this receipt as JSON.";

    private static readonly string[] Systems =
    [
        "You extract data from documents and answer with JSON only.", "You are a helpful assistant.", "Answer with JSON only.",
        "You read scanned documents. Give values exactly as printed.", "You are an assistant for bookkeeping.",
    ];

    private static readonly string[] Wordings =
    [
        "Extract the fields {0} from this {1} as JSON.",
        "Extract {0} from this {1} as JSON.",
        "Extract the fields {0} from the {1} below as JSON.",
        "Read the following {1} and return {0} as JSON.",
        "Return a JSON object with the keys {0} for this {1}.",
        "What are {0} in this {1}? Answer in JSON.",
        "Give me {0} of this {1} as a JSON object.",
        "From the {1} below, get {0}. Answer with JSON only.",
        "Find {0} in the text of this {1}. Reply with one line of JSON.",
        "Fields: {0}. Fill them from this {1} as JSON; use null for what is missing.",
        "Please extract the following fields as JSON: {0}. Here is the {1}:",
        "Fill in {0} from this scanned {1}, as JSON.",
    ];

    /// <summary>The fields that are asked of a document unless somebody wants others.</summary>
    public static Field[] UsualFields(MadeUpDocument document) =>
        [.. document.Fields.Take(document.Kind == DocumentKind.Receipt ? 4 : document.Fields.Count)];

    /// <summary>The instruction for <see cref="UsualFields"/>; for a receipt it is <see cref="ReceiptInstruction"/>.</summary>
    public static string UsualInstruction(MadeUpDocument document)
    {
        var names = Array.ConvertAll(UsualFields(document), f => f.Name);
        return string.Format(
            CultureInfo.InvariantCulture, Wordings[0], string.Join(", ", names[..^1]) + " and " + names[^1], document.Kind.ToString().ToLowerInvariant());
    }

    /// <summary>The usual question about a document.</summary>
    public static Extraction Usual(MadeUpDocument document) =>
        new(null, $"{UsualInstruction(document)}\n\n{document.Text}", AnswerJson.Write(UsualFields(document)));

    /// <summary>Some question about a document.</summary>
    public static Extraction About(Chance chance, MadeUpDocument document)
    {
        if (document.Kind == DocumentKind.Receipt && chance.Maybe(0.35))
        {
            return Usual(document);
        }

        var system = chance.Maybe(0.15) ? chance.Pick(Systems) : null;
        var fields = Ask(chance, document);
        var noun = document.Kind.ToString().ToLowerInvariant();
        var instruction = string.Format(
            CultureInfo.InvariantCulture,
            chance.Maybe(0.4) ? Wordings[0] : chance.Pick(Wordings),
            List(chance, fields),
            chance.Maybe(0.85) ? noun : chance.Pick("document", "text", "scan"));
        return new(system, $"{instruction}\n\n{document.Text}", AnswerJson.Write(fields));
    }

    private static Field[] Ask(Chance chance, MadeUpDocument document)
    {
        var usual = document.Kind == DocumentKind.Receipt ? 4 : document.Fields.Count;
        var fields = document.Fields.Take(chance.Maybe(0.2) ? document.Fields.Count : usual).ToArray();
        var roll = chance.Double();
        if (roll < 0.45)
        {
            return fields[..usual];
        }

        chance.Shuffle(fields.AsSpan());
        return fields[..(roll < 0.65 ? Math.Min(usual, fields.Length) : chance.Int(1, fields.Length))];
    }

    private static string List(Chance chance, Field[] fields)
    {
        var names = Array.ConvertAll(fields, f => f.Name);
        return names.Length == 1 || chance.Maybe(0.2)
            ? string.Join(", ", names)
            : string.Join(", ", names[..^1]) + " and " + names[^1];
    }
}
