using Pipeline.Engine.Grammar.Json;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Tests.Grammar.Support;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Engine.Tests.Grammar;

/// <summary>Outputs that may be calls: free or of a form until a call begins, and then the call's.</summary>
public sealed class CallsTests
{
    private const string Call = """<tool_call>{"name":"f","arguments":{"a":1}}</tool_call>""";

    private static readonly OfferedCalls Offered = new(
        """{"anyOf":[{"type":"object","properties":{"name":{"const":"f"},"arguments":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}},"required":["name","arguments"],"additionalProperties":false}]}""",
        Most: 2)
    {
        Begin = "<tool_call>", End = "</tool_call>",
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("Just text: 1 < 2, <tool, <tool_cal", true)]
    [InlineData("日本 </tool_call> 👩‍👩‍👧", true)]
    [InlineData(Call, true)]
    [InlineData("First I look.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>", true)]
    [InlineData("<<tool_<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}</tool_call>", true)]
    [InlineData(Call + "\n" + Call, true)]
    [InlineData(Call + Call + Call, false)]
    [InlineData(Call + " and more", false)]
    [InlineData("<tool_call>", false)]
    [InlineData("<tool_call>f(1)</tool_call>", false)]
    [InlineData("<tool_call>{\"name\":\"g\",\"arguments\":{\"a\":1}}</tool_call>", false)]
    [InlineData("<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":\"1\"}}</tool_call>", false)]
    public void Text_is_free_until_a_call_begins_which_then_keeps_to_its_schema(string text, bool valid) =>
        Assert.Equal(valid, Compile(free: true).Has(text));

    [Theory]
    [InlineData("[1]", true)]
    [InlineData(Call, true)]
    [InlineData(Call + Call, true)]
    [InlineData("text", false)]
    [InlineData("[1]" + Call, false)]
    public void An_answer_that_has_a_form_may_give_way_to_calls(string text, bool valid) =>
        Assert.Equal(valid, Compile(free: false).Has(text));

    private static CompiledGrammar Compile(bool free) => new(
        Calls.Or(free ? null : SchemaCompiler.Compile(System.Text.Json.JsonElement.Parse("""{"type":"array","items":{"type":"integer"}}"""), compact: false), Offered, compact: false),
        Vocabularies.Shipped);
}
