using System.Text.Json;
using Pipeline.Tokenization.Files;

namespace Pipeline.Tokenization.Templates;

/// <summary>A chat template as a model directory holds it.</summary>
/// <param name="Name"><c>default</c>, or what the model calls a further one, such as <c>tool_use</c>.</param>
/// <param name="Source">The template.</param>
/// <param name="Place">The file, for messages.</param>
internal sealed record TemplateFile(string Name, string Source, string Place);

/// <summary>
/// Finds a model's chat templates where transformers puts them: chat_template.jinja with additional_chat_templates/*.jinja, the
/// <c>chat_template</c> of tokenizer_config.json (a string, or a list of named ones), or chat_template.json. The first place
/// that has any counts.
/// </summary>
internal static class TemplateFiles
{
    public const string Default = "default";

    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static IReadOnlyList<TemplateFile> Find(string modelDirectory)
    {
        List<TemplateFile> own = [.. FindOwnFiles(modelDirectory)];
        if (own.Count > 0)
        {
            return own;
        }
        List<TemplateFile> settings = Read(Path.Combine(modelDirectory, "tokenizer_config.json"));
        return settings.Count > 0 ? settings : Read(Path.Combine(modelDirectory, "chat_template.json"));
    }

    private static IEnumerable<TemplateFile> FindOwnFiles(string modelDirectory)
    {
        string own = Path.Combine(modelDirectory, "chat_template.jinja");
        if (File.Exists(own))
        {
            yield return new TemplateFile(Default, File.ReadAllText(own), own);
        }
        string more = Path.Combine(modelDirectory, "additional_chat_templates");
        foreach (string path in Directory.Exists(more) ? Directory.GetFiles(more, "*.jinja").Order(StringComparer.Ordinal).ToArray() : [])
        {
            yield return new TemplateFile(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path), path);
        }
    }

    private static List<TemplateFile> Read(string path)
    {
        using JsonDocument? document = TokenizerSettings.ReadIfThere(path);
        if (document is null || !document.RootElement.TryGetProperty("chat_template", out JsonElement template) || template.IsAbsent())
        {
            return [];
        }
        return template.ValueKind switch
        {
            JsonValueKind.String => [new TemplateFile(Default, template.GetString()!, path)],
            JsonValueKind.Array => [.. template.EnumerateArray().Select(entry => ReadNamed(entry, path))],
            _ => throw new InvalidDataException($"{path}: chat_template must be a string, or a list of named ones."),
        };
    }

    private static TemplateFile ReadNamed(JsonElement entry, string path) =>
        entry.ValueKind == JsonValueKind.Object && entry.Text("name") is { } name && entry.Text("template") is { } source
            ? new TemplateFile(name, source, path)
            : throw new InvalidDataException($"{path}: each entry of chat_template must have a name and a template.");
}
