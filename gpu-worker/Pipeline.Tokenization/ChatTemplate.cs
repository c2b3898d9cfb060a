using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tokenization.Files;
using Pipeline.Tokenization.Templates;
using Pipeline.Tokenization.Templates.Evaluation;
using Pipeline.Tokenization.Templates.Parsing;
using Pipeline.Tokenization.Templates.Syntax;

namespace Pipeline.Tokenization;

/// <summary>
/// A model's own chat template: Jinja, set up as transformers does it. Immutable and safe for any number of threads.
/// </summary>
public sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement> _statements;
    private readonly IReadOnlyDictionary<string, string> _roleTokens;
    private readonly TimeProvider _time;

    private ChatTemplate(string source, IReadOnlyDictionary<string, string> roleTokens, TimeProvider time)
    {
        _statements = TemplateParser.Parse(source);
        _roleTokens = roleTokens;
        _time = time;
    }

    /// <summary>
    /// Reads chat_template.jinja, or the <c>chat_template</c> of tokenizer_config.json (a string, or the entry named
    /// "default" of a list), and returns null where the model has neither.
    /// </summary>
    /// <param name="modelDirectory">A model directory in Hugging Face layout.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; the system's when null.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the template does not parse; the message says where.</exception>
    public static ChatTemplate? Find(string modelDirectory, TimeProvider? time = null)
    {
        if (FindSource(modelDirectory) is not var (source, file))
        {
            return null;
        }
        try
        {
            return new ChatTemplate(source, TokenizerSettings.Read(modelDirectory).RoleTokens, time ?? TimeProvider.System);
        }
        catch (TemplateSyntaxException e)
        {
            throw new InvalidDataException($"The chat template in {file} cannot be parsed: {e.Message}", e);
        }
    }

    /// <inheritdoc cref="Find"/>
    /// <summary>Reads the model's chat template, which it must have.</summary>
    /// <exception cref="FileNotFoundException">The model has no chat template.</exception>
    public static ChatTemplate Load(string modelDirectory, TimeProvider? time = null) =>
        Find(modelDirectory, time) ?? throw new FileNotFoundException(
            $"The model has no chat template: {modelDirectory} has no chat_template.jinja, and no chat_template in tokenizer_config.json.");

    /// <summary>Parses a template that is given as text.</summary>
    /// <param name="source">The template.</param>
    /// <param name="roleTokens">What <c>bos_token</c>, <c>eos_token</c> and so on stand for; none when null.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; the system's when null.</param>
    /// <exception cref="TemplateSyntaxException">The template does not parse.</exception>
    public static ChatTemplate Parse(
        string source, IReadOnlyDictionary<string, string>? roleTokens = null, TimeProvider? time = null) =>
        new(source, roleTokens ?? new Dictionary<string, string>(), time ?? TimeProvider.System);

    /// <summary>Renders a conversation. The special tokens that the template writes are text in the result.</summary>
    /// <param name="messages">The messages, in OpenAI's form.</param>
    /// <param name="addGenerationPrompt">Whether to end with the beginning of the assistant's answer.</param>
    /// <param name="tools">The tools on offer, in OpenAI's form, or null for none.</param>
    /// <param name="variables">Further variables for the template, which win over all others, or null.</param>
    /// <exception cref="TemplateRenderException">The template refuses the conversation, or cannot cope with it.</exception>
    public string Render(
        JsonArray messages, bool addGenerationPrompt, JsonArray? tools = null, JsonObject? variables = null)
    {
        var values = new Dictionary<string, object?>();
        foreach ((string role, string token) in _roleTokens)
        {
            values[role] = token;
        }
        values["messages"] = Values.FromJson(messages);
        values["tools"] = Values.FromJson(tools);
        values["documents"] = null;
        values["add_generation_prompt"] = addGenerationPrompt;
        foreach ((string name, JsonNode? value) in variables ?? [])
        {
            values[name] = Values.FromJson(value);
        }
        return new Interpreter(_time).Run(_statements, values);
    }

    private static (string Source, string File)? FindSource(string modelDirectory)
    {
        string own = Path.Combine(modelDirectory, "chat_template.jinja");
        if (File.Exists(own))
        {
            return (File.ReadAllText(own), own);
        }
        string settings = Path.Combine(modelDirectory, "tokenizer_config.json");
        using JsonDocument? document = TokenizerSettings.ReadIfThere(settings);
        if (document is null || !document.RootElement.TryGetProperty("chat_template", out JsonElement template) || template.IsAbsent())
        {
            return null;
        }
        if (template.ValueKind == JsonValueKind.Array)
        {
            template = template.EnumerateArray().FirstOrDefault(entry => entry.Text("name") == "default") is { ValueKind: JsonValueKind.Object } named
                && named.TryGetProperty("template", out JsonElement text)
                ? text
                : throw new InvalidDataException($"{settings}: chat_template is a list without one named 'default'.");
        }
        return template.ValueKind == JsonValueKind.String
            ? (template.GetString()!, settings)
            : throw new InvalidDataException($"{settings}: chat_template must be a string, or a list of named ones.");
    }
}
