using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>Filters that make text.</summary>
internal static class TextFilters
{
    public static readonly Dictionary<string, Filter> All = new()
    {
        ["string"] = (value, _, _) => PythonText.Str(value),
        ["trim"] = (value, a, _) => StringMethods.Strip(PythonText.Str(value), a.Get(0, "chars"), true, true),
        ["upper"] = (value, _, _) => PythonText.Str(value).ToUpperInvariant(),
        ["lower"] = (value, _, _) => PythonText.Str(value).ToLowerInvariant(),
        ["capitalize"] = (value, _, _) => StringMethods.Capitalize(PythonText.Str(value)),
        ["title"] = (value, _, _) => StringMethods.Title(PythonText.Str(value)),
        ["replace"] = (value, a, _) => StringMethods.Replace(
            PythonText.Str(value), PythonText.Str(a.Require(0, "old")), PythonText.Str(a.Require(1, "new")), a.Get(2, "count")),
        ["center"] = (value, a, _) => StringMethods.Center(PythonText.Str(value), new Arguments(a.Integer(0, "width", 80))),
        ["indent"] = (value, a, _) => Indent(PythonText.Str(value), a),
        ["escape"] = (value, _, _) => Escape(PythonText.Str(value)),
        ["e"] = (value, _, _) => Escape(PythonText.Str(value)),
        ["safe"] = (value, _, _) => PythonText.Str(value),
        ["wordcount"] = (value, _, _) =>
            (long)PythonText.Str(value).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length,
        ["tojson"] = (value, a, _) => ToJson(value, a),
        ["from_json"] = (value, _, _) => FromJson(value),
    };

    /// <summary>The texts of values, with a text between.</summary>
    public static string Join(string separator, IEnumerable<object?> items)
    {
        var text = new StringBuilder();
        bool first = true;
        foreach (object? item in items)
        {
            text.Append(first ? "" : separator).Append(PythonText.Str(item));
            first = false;
            Limits.CheckText(text.Length);
        }
        return text.ToString();
    }

    private static string Indent(string text, Arguments arguments)
    {
        object? width = arguments.Get(0, "width", 4L);
        string indent = width as string ?? new string(' ', (int)Math.Clamp(Values.AsInteger(width), 0, 1000));
        bool first = Values.IsTrue(arguments.Get(1, "first", false));
        bool blank = Values.IsTrue(arguments.Get(2, "blank", false));
        Limits.CheckText(text.Length + ((long)indent.Length * (text.Count(c => c == '\n') + 1)));
        IEnumerable<string> lines = text.Split('\n')
            .Select((line, i) => (i == 0 && !first) || (i > 0 && line.Length == 0 && !blank) ? line : indent + line);
        return string.Join('\n', lines);
    }

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;")
        .Replace("'", "&#39;").Replace("\"", "&#34;");

    /// <summary>Not Jinja's, nor transformers': templates that come with llama.cpp read the arguments of calls by it.</summary>
    private static object? FromJson(object? value)
    {
        try
        {
            return Values.FromJson(JsonNode.Parse(PythonText.Str(value)));
        }
        catch (JsonException e)
        {
            throw new TemplateRenderException($"'from_json' needs JSON: {e.Message}");
        }
    }

    private static string ToJson(object? value, Arguments arguments)
    {
        // The order of transformers' own tojson: ensure_ascii, indent, separators, sort_keys. Jinja's has indent first,
        // and so have the templates that give it without its name.
        object? indent = arguments.Named.GetValueOrDefault("indent", arguments.Positional.FirstOrDefault(p => p is long));
        string? indentation = indent switch
        {
            null => null,
            string text => text,
            _ => new string(' ', (int)Math.Clamp(Values.AsInteger(indent), 0, 1000)),
        };
        var separators = arguments.Named.GetValueOrDefault("separators") as List<object?>;
        return new JsonText(
            indentation,
            separators is [string item, ..] ? item : indentation is null ? ", " : ",",
            separators is [_, string key] ? key : ": ",
            asciiOnly: Values.IsTrue(arguments.Named.GetValueOrDefault("ensure_ascii", arguments.Positional.FirstOrDefault(p => p is bool))),
            sortKeys: Values.IsTrue(arguments.Named.GetValueOrDefault("sort_keys"))).Write(value);
    }
}
