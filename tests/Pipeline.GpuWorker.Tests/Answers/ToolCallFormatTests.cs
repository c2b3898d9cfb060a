using System.Text.Json;
using Pipeline.GpuWorker.Answers.Reading;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;
using Pipeline.Tokenization.Tests;

namespace Pipeline.GpuWorker.Tests.Answers;

public sealed class ToolCallFormatTests
{
    private static readonly ToolUse Tools = new([Tool("weather", "city"), Tool("add", "a")], ToolChoice.Auto, true);

    public static TheoryData<string, string, string, string> Calls => new()
    {
        { "hermes", "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}\n</tool_call>", "", "weather{\"city\": \"Köln\"}" },
        { "hermes", "Let me see.\n<tool_call>{\"name\":\"add\",\"arguments\":{\"a\":1}}</tool_call>\n<tool_call>{\"name\":\"add\",\"arguments\":{\"a\":2}}</tool_call>", "Let me see.", "add{\"a\":1} add{\"a\":2}" },
        { "hermes", "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}", "", "add{\"a\": 1}" }, // The model ended without the mark.
        { "hermes", "<tool_call>{\"name\":\"add\",\"arguments\":\"{\\\"a\\\": 1}\"}</tool_call>", "", "add{\"a\": 1}" },
        { "hermes", "<tool_call>{\"name\":\"add\"}</tool_call> done", "done", "add{}" },
        { "hermes", "<tool_call>\n<function=weather>\n<parameter=city>\n12\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>", "", "weather{\"city\":\"12\",\"days\":3}" },
        { "hermes", "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Rome</arg_value>\n<arg_key>near</arg_key>\n<arg_value>[1, 2]</arg_value>\n</tool_call>", "", "weather{\"city\":\"Rome\",\"near\":[1,2]}" },
        { "llama", "{\"name\": \"add\", \"parameters\": {\"a\": \"1\"}}", "", "add{\"a\": \"1\"}" },
        { "llama", "{\"type\": \"function\", \"name\": \"add\", \"parameters\": {\"a\": 1}}; {\"name\": \"weather\", \"parameters\": {}}", "", "add{\"a\": 1} weather{}" },
        { "llama", "<|python_tag|>{\"name\": \"add\", \"parameters\": {\"a\": 1}}", "", "add{\"a\": 1}" },
        { "mistral", "[TOOL_CALLS] [{\"name\": \"add\", \"arguments\": {\"a\": 1}}, {\"name\": \"weather\", \"arguments\": {}}]", "", "add{\"a\": 1} weather{}" },
        { "mistral", "Well. [TOOL_CALLS]add[ARGS]{\"a\": 1}[TOOL_CALLS]weather[CALL_ID]x1[ARGS]{}", "Well.", "add{\"a\": 1} weather{}" },
        { "deepseek", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{\"a\": 1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "", "add{\"a\": 1} weather{}" },
        { "deepseek", "Hm.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>add<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "Hm.", "add{\"a\": 1}" },
        { "kimi", "<|tool_calls_section_begin|><|tool_call_begin|>functions.add:0<|tool_call_argument_begin|>{\"a\": 1}<|tool_call_end|><|tool_calls_section_end|>", "", "add{\"a\": 1}" },
        { "phi", "<|tool_call|>[{\"name\": \"add\", \"arguments\": {\"a\": 1}}]<|/tool_call|>", "", "add{\"a\": 1}" },
        { "command", "<|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"add\", \"parameters\": {\"a\": 1}}\n]<|END_ACTION|>", "", "add{\"a\": 1}" },
        { "generic", "```json\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n```", "", "add{\"a\": 1}" },
        { "generic", "[{\"function\": {\"name\": \"add\", \"arguments\": \"{}\"}}]", "", "add{}" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Calls_are_told_from_what_else_was_said(string format, string text, string rest, string calls)
    {
        (string left, IReadOnlyList<CalledFunction> read) = Format(format).Read(text, Tools);
        Assert.Equal(rest, left.Trim());
        Assert.Equal(calls, string.Join(' ', read.Select(call => call.Name + call.Arguments)));
    }

    [Theory]
    [InlineData("hermes", "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\":</tool_call>")]
    [InlineData("hermes", "<tool_call>{\"name\": \"add\", \"argu")]
    [InlineData("hermes", "<tool_call>add it up</tool_call>")]
    [InlineData("hermes", "<tool_call>{\"name\": \"add\", \"arguments\": [1]}</tool_call>")]
    [InlineData("hermes", "<tool_call><function=add><parameter=a>1</function></tool_call>")]
    [InlineData("hermes", "{\"name\": \"add\", \"arguments\": {}}")]
    [InlineData("llama", "{\"name\": \"Ann\", \"parameters\": {\"a\": 1}}")]
    [InlineData("llama", "{\"company\": \"A\"}")]
    [InlineData("llama", "{\"name\": \"add\", \"parameters\": {}} and more")]
    [InlineData("llama", "<|python_tag|>print(1)")]
    [InlineData("mistral", "[TOOL_CALLS] [{\"name\": \"add\"")]
    [InlineData("mistral", "[TOOL_CALLS]")]
    [InlineData("deepseek", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{\"a\"\n```<｜tool▁call▁end｜>")]
    [InlineData("kimi", "<|tool_calls_section_begin|>nothing<|tool_calls_section_end|>")]
    [InlineData("phi", "<|tool_call|>none<|/tool_call|>")]
    [InlineData("generic", "just text")]
    [InlineData("generic", "")]
    public void What_is_no_call_stays_as_it_was_written(string format, string text)
    {
        (string left, IReadOnlyList<CalledFunction> calls) = Format(format).Read(text, Tools);
        Assert.Empty(calls);
        Assert.Equal(text, left);
    }

    [Fact]
    public void Beside_calls_that_can_be_read_nothing_is_lost_of_one_that_cannot() => Assert.Equal(
        "a <tool_call>?</tool_call> b",
        Format("hermes").Read("a <tool_call>?</tool_call><tool_call>{\"name\":\"add\"}</tool_call> b", Tools).Text);

    [Theory]
    [InlineData("{{ '<tool_call>' }}", null, "hermes")]
    [InlineData("{{ '[TOOL_CALLS]' }}", null, "mistral")]
    [InlineData("<｜tool▁calls▁begin｜>", null, "deepseek")]
    [InlineData("{{ '<|tool_call|>' }}", null, "phi")]
    [InlineData("plain", "<|python_tag|>", "llama")]
    [InlineData("plain", "[TOOL_CALLS]", "mistral")]
    [InlineData("{{ '<tool_call>' }}", "<|python_tag|>", "hermes")]
    [InlineData("plain", null, "generic")]
    public void The_format_is_told_by_the_template_or_else_by_the_vocabulary(string template, string? token, string format)
    {
        using var files = new TokenizerFixture();
        if (token is not null)
        {
            files.WithAdded(token);
        }
        Assert.Equal(format, ToolCallFormats.Choose(ChatTemplate.Parse(template), files.Load()).Name);
    }

    [Fact]
    public void Settings_may_name_another_format()
    {
        using var files = new TokenizerFixture();
        Assert.Equal("kimi", ToolCallFormats.Choose(ChatTemplate.Parse("<tool_call>"), files.Load(), "kimi").Name);
        Assert.Contains("mistral", Assert.Throws<ArgumentException>(() => ToolCallFormats.Choose(ChatTemplate.Parse(""), files.Load(), "x")).Message, StringComparison.Ordinal);
    }

    private static ToolCallFormat Format(string name)
    {
        using var files = new TokenizerFixture();
        return ToolCallFormats.Choose(ChatTemplate.Parse(""), files.Load(), name);
    }

    private static ToolDefinition Tool(string name, string text) =>
        new(name, JsonElement.Parse($$"""{"type":"object","properties":{"{{text}}":{"type":"string"} } }"""), []);
}
