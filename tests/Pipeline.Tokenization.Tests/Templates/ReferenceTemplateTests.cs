using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tokenization.Templates;
using Pipeline.Tokenization.Tests.References;

namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>
/// Templates over random conversations, as @huggingface/jinja renders them and as Jinja itself does: those of the models that are used
/// most, all others that the packages carry, and ones of ours that use all that templates use.
/// </summary>
public class ReferenceTemplateTests
{
    private const int ConversationsEach = 60, ConversationsOfOthers = 8;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Templates", "models");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_most_used_models_prompts_are_those_of_hugging_faces_jinja() =>
        await AgreeWithJavaScriptAsync(Cases(await MostUsedAsync(), ConversationsEach, seed: 1));

    [Fact]
    public async Task The_most_used_models_prompts_are_those_of_jinja_itself() =>
        await AgreeWithPythonAsync(Cases(await MostUsedAsync(), ConversationsEach, seed: 2));

    [Fact]
    public async Task Prompts_of_other_models_are_those_of_hugging_faces_jinja() =>
        await AgreeWithJavaScriptAsync(Cases(await OthersAsync(), ConversationsOfOthers, seed: 3));

    [Fact]
    public async Task Prompts_of_other_models_are_those_of_jinja_itself() =>
        await AgreeWithPythonAsync(Cases(await OthersAsync(), ConversationsOfOthers, seed: 4));

    [Fact]
    public async Task Prompts_of_our_own_templates_are_those_of_hugging_faces_jinja()
    {
        _ = Node.Place;
        await AgreeWithJavaScriptAsync(Cases(OwnTemplates(), ConversationsEach, seed: 5));
    }

    [Fact]
    public async Task Prompts_of_our_own_templates_are_those_of_jinja_itself() =>
        await AgreeWithPythonAsync(Cases(OwnTemplates(), ConversationsEach, seed: 6));

    private static async Task AgreeWithJavaScriptAsync(List<Case> cases)
    {
        List<JsonElement> answers = await Node.AskAsync("render.mjs", [.. cases.Select(Request)], Cancelled,
            new FixedClock().GetUtcNow().ToUnixTimeMilliseconds().ToString());
        List<string> different = [];
        int same = 0;
        for (int i = 0; i < cases.Count; i++)
        {
            Rendering theirs = new(Text(answers[i], "text"), Text(answers[i], "error"));
            Rendering ours = Render(cases[i]);
            if (theirs.Text == ours.Text && (theirs.Text is not null || ours.Error is not null))
            {
                same++;
            }
            else if (JinjaInJavaScript.Explain(cases[i].Source, cases[i].Variables, ours, theirs) is null)
            {
                different.Add($"{cases[i].Name}: {cases[i].Variables.ToJsonString()}\nours:   {ours}\ntheirs: {theirs}");
            }
        }
        Assert.True(different.Count == 0, $"{different.Count} of {cases.Count} differ:\n{string.Join("\n\n", different.Take(10))}");
        Assert.True(same > cases.Count * 0.9, $"Only {same} of {cases.Count} are the same; the others differ in ways that are known.");
    }

    private static async Task AgreeWithPythonAsync(List<Case> cases)
    {
        List<JsonElement> answers = await JinjaInPython.AskAsync([.. cases.Select(Request)], Cancelled);
        List<string> different = [];
        for (int i = 0; i < cases.Count; i++)
        {
            Rendering ours = Render(cases[i]);
            bool same = Text(answers[i], "text") is { } text ? text == ours.Text
                : Text(answers[i], "refusal") is { } refusal ? refusal == ours.Error : ours.Error is not null;
            if (!same && JinjaInPython.Explain(cases[i].Source, ours, answers[i]) is null)
            {
                different.Add($"{cases[i].Name}: {cases[i].Variables.ToJsonString()}\nours:   {ours}\ntheirs: {answers[i]}");
            }
        }
        Assert.True(different.Count == 0, $"{different.Count} of {cases.Count} differ:\n{string.Join("\n\n", different.Take(10))}");
    }

    private static async Task<List<(string Name, string Source)>> MostUsedAsync()
    {
        IReadOnlyDictionary<string, string> templates = await ModelTemplates.ReadAsync(Cancelled);
        List<(string Name, string Source)> most = [.. MostUsedModels.All.Select(one => (one.Model, templates[one.Template]))];
        Assert.Equal(20, most.DistinctBy(one => one.Source).Count());
        return most;
    }

    private static async Task<List<(string Name, string Source)>> OthersAsync()
    {
        IReadOnlyDictionary<string, string> templates = await ModelTemplates.ReadAsync(Cancelled);
        HashSet<string> most = [.. MostUsedModels.All.Select(one => templates[one.Template])];
        List<(string Name, string Source)> others =
            [.. templates.Where(one => !most.Contains(one.Value)).DistinctBy(one => one.Value).Select(one => (one.Key, one.Value))];
        Assert.True(others.Count > 100, $"The packages carry only {others.Count} other templates.");
        return others;
    }

    private static List<(string Name, string Source)> OwnTemplates() =>
        [.. Directory.EnumerateFiles(Folder, "*.jinja").Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllText(path)))];

    private static List<Case> Cases(List<(string Name, string Source)> templates, int conversationsEach, int seed)
    {
        List<Case> cases = [];
        for (int i = 0; i < templates.Count; i++)
        {
            var conversations = new RandomConversations((seed * 1000) + i);
            ChatTemplate? parsed = Parse(templates[i].Source);
            cases.AddRange(Enumerable.Range(0, conversationsEach).Select(_ => new Case(templates[i].Name, templates[i].Source, parsed, conversations.Next())));
        }
        return cases;
    }

    /// <summary>Null where it does not parse: then the reference has to refuse it, too.</summary>
    private static ChatTemplate? Parse(string source)
    {
        try
        {
            return ChatTemplate.Parse(source, time: new FixedClock());
        }
        catch (TemplateSyntaxException)
        {
            return null;
        }
    }

    private static object Request(Case one) => new { template = one.Source, variables = one.Variables };

    private static Rendering Render(Case one)
    {
        if (one.Template is null)
        {
            return new Rendering(null, "The template does not parse.");
        }
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

    private sealed record Case(string Name, string Source, ChatTemplate? Template, JsonObject Variables);
}
