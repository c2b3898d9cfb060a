using System.Text.Json.Nodes;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Templates;

namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>What Jinja 3.1 itself made of the same templates: recorded.json, written by record.py.</summary>
public class RecordedTemplateTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Templates");

    private static readonly JsonArray Recorded =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "recorded.json")))!.AsArray();

    public static TheoryData<int, string> Cases()
    {
        var cases = new TheoryData<int, string>();
        for (int i = 0; i < Recorded.Count; i++)
        {
            cases.Add(i, (string?)Recorded[i]!["model"] ?? (string)Recorded[i]!["template"]!);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_template_renders_as_in_jinja(int index, string name)
    {
        JsonNode recorded = Recorded[index]!;
        string source = recorded["model"] is null ? name : File.ReadAllText(Path.Combine(Folder, "models", name));
        ChatTemplate template = ChatTemplate.Parse(source, time: new FixedClock());
        JsonObject variables = recorded["variables"]!.DeepClone().AsObject();
        JsonArray messages = variables["messages"]?.DeepClone().AsArray() ?? [];

        if (recorded["text"] is { } text)
        {
            Assert.Equal((string)text!, template.Render(messages, false, variables: variables));
            return;
        }
        var error = Assert.Throws<TemplateRenderException>(() => template.Render(messages, false, variables: variables));
        Assert.Equal(recorded["refusal"] is not null, error.IsRefusal);
        if (recorded["refusal"] is { } refusal)
        {
            Assert.Equal((string)refusal!, error.Message);
        }
        else
        {
            Assert.Contains("(template line", error.Message, StringComparison.Ordinal);
        }
    }
}
