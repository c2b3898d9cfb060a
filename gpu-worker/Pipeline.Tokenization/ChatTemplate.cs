using System.Text.Json.Nodes;
using Pipeline.Tokenization.Files;
using Pipeline.Tokenization.Templates;
using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization;

/// <summary>
/// A model's own chat template: Jinja, set up as transformers does it. Immutable and safe for any number of threads.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>What transformers calls the template that is used instead when there are tools.</summary>
    private const string ToolUse = "tool_use";

    private readonly TemplateProgram _default;
    private readonly TemplateProgram _withTools;
    private readonly IReadOnlyDictionary<string, string> _roleTokens;
    private readonly TimeProvider _time;
    private readonly Lazy<MessageShape> _shape;
    private readonly Lazy<ToolPlace> _toolPlace;

    private ChatTemplate(TemplateProgram program, TemplateProgram? withTools, IReadOnlyDictionary<string, string> roleTokens, TimeProvider time)
    {
        _default = program;
        _withTools = withTools ?? program;
        _roleTokens = roleTokens;
        _time = time;
        _toolPlace = new(() => ToolPlaces.Find((messages, tools) => Render(messages, addGenerationPrompt: true, tools)));
        _shape = new(() => MessageShape.Find((messages, tools) => Render(messages, addGenerationPrompt: false, tools)));
    }

    /// <summary>
    /// Reads the model's chat templates: chat_template.jinja (with additional_chat_templates/*.jinja), or the <c>chat_template</c> of
    /// tokenizer_config.json (a string, or a list of named ones) or of chat_template.json. Returns null where the model has none.
    /// </summary>
    /// <param name="modelDirectory">A model directory in Hugging Face layout.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; the system's when null.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the template does not parse; the message says where.</exception>
    public static ChatTemplate? Find(string modelDirectory, TimeProvider? time = null)
    {
        IReadOnlyList<TemplateFile> files = TemplateFiles.Find(modelDirectory);
        if (files.Count == 0)
        {
            return null;
        }
        TemplateFile main = files.FirstOrDefault(file => file.Name == TemplateFiles.Default)
            ?? throw new InvalidDataException($"{files[0].Place}: chat_template is a list without one named '{TemplateFiles.Default}'.");
        TemplateFile? tools = files.FirstOrDefault(file => file.Name == ToolUse);
        return new ChatTemplate(
            Parse(main), tools is null ? null : Parse(tools), TokenizerSettings.Read(modelDirectory).RoleTokens, time ?? TimeProvider.System);
    }

    /// <inheritdoc cref="Find"/>
    /// <summary>Reads the model's chat template, which it must have.</summary>
    /// <exception cref="FileNotFoundException">The model has no chat template.</exception>
    public static ChatTemplate Load(string modelDirectory, TimeProvider? time = null) =>
        Find(modelDirectory, time) ?? throw new FileNotFoundException(
            $"The model has no chat template: {modelDirectory} has no chat_template.jinja, and no chat_template in tokenizer_config.json or chat_template.json.");

    /// <summary>Parses a template that is given as text.</summary>
    /// <param name="source">The template.</param>
    /// <param name="roleTokens">What <c>bos_token</c>, <c>eos_token</c> and so on stand for; none when null.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; the system's when null.</param>
    /// <exception cref="TemplateSyntaxException">The template does not parse.</exception>
    public static ChatTemplate Parse(
        string source, IReadOnlyDictionary<string, string>? roleTokens = null, TimeProvider? time = null) =>
        new(new TemplateProgram(source), null, roleTokens ?? new Dictionary<string, string>(), time ?? TimeProvider.System);

    /// <summary>Whether the template writes the tools that it is given. Found by trying, when it is first asked.</summary>
    public bool TakesTools => _toolPlace.Value != ToolPlace.Nowhere;

    /// <summary>Whether the template has a variable, or a message's field, of this name; what it has not makes no difference to it.</summary>
    public bool Knows(string name) => _default.Knows(name) || _withTools.Knows(name);

    /// <summary>Whether this text is part of the template: a mark that it puts around something, such as a call.</summary>
    public bool Mentions(string text) =>
        _default.Source.Contains(text, StringComparison.Ordinal) || _withTools.Source.Contains(text, StringComparison.Ordinal);

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
        return (tools is null ? _default : _withTools).Run(values, _time);
    }

    /// <summary>
    /// Makes messages in OpenAI's form, with arguments of calls as JSON text, into what this template wants: most take the
    /// arguments as an object. Changes the messages in place.
    /// </summary>
    internal JsonArray Adapt(JsonArray messages) => _shape.Value.Adapt(messages);

    /// <summary>Puts tools where this template looks for them, which may be in the messages.</summary>
    /// <returns>The variable <c>tools</c>, or null.</returns>
    internal JsonArray? Place(JsonArray tools, JsonArray messages) => ToolPlaces.Put(_toolPlace.Value, messages, tools);

    private static TemplateProgram Parse(TemplateFile file)
    {
        try
        {
            return new TemplateProgram(file.Source);
        }
        catch (TemplateSyntaxException e)
        {
            string name = file.Name == TemplateFiles.Default ? "" : $" '{file.Name}'";
            throw new InvalidDataException($"The chat template{name} in {file.Place} cannot be parsed: {e.Message}", e);
        }
    }
}
