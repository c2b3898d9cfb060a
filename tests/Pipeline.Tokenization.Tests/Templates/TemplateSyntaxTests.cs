using System.Text.Json.Nodes;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Templates;

namespace Pipeline.Tokenization.Tests.Templates;

public class TemplateSyntaxTests
{
    [Theory]
    [InlineData("{{ a", 1, 1, "Missing '}}'")]
    [InlineData("x\n  {% if a %}", 2, 13, "Missing 'endif'")]
    [InlineData("{% for x in y %}{% endif %}", 1, 17, "Expected 'endfor'")]
    [InlineData("{% for x y %}{% endfor %}", 1, 10, "Expected 'in'")]
    [InlineData("{{ a | nofilter }}", 1, 8, "There is no filter 'nofilter'")]
    [InlineData("{{ a is notest }}", 1, 9, "There is no test 'notest'")]
    [InlineData("{% unknown %}", 1, 1, "Unexpected tag 'unknown'")]
    [InlineData("{% endif %}", 1, 1, "Unexpected tag 'endif'")]
    [InlineData("{{ 'abc }}", 1, 4, "Missing end of string")]
    [InlineData("{{ (1 }}", 1, 7, "Unexpected '}'")]
    [InlineData("a\n\n{{ 1 + }}", 3, 8, "Expected an expression, found '}}'")]
    [InlineData("{# never closed", 1, 1, "Missing end of comment")]
    [InlineData("{% raw %} {{", 1, 1, "Missing end of raw block")]
    [InlineData("{{ a ? b }}", 1, 6, "Unexpected character '?'")]
    [InlineData("{% break %}", 1, 1, "A jump outside of any loop")]
    [InlineData("{% for x in y %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", 1, 32, "A jump outside of any loop")]
    [InlineData("{{ f(*a, 2) }}", 1, 10, "Expected a named argument")]
    [InlineData("{{ f(a=1, 2) }}", 1, 11, "Expected a named argument")]
    [InlineData("{{ 99999999999999999999 }}", 1, 4, "The number is too large")]
    [InlineData("{% set a.b.c = 1 %}", 1, 11, "Expected '='")]
    public void An_error_says_what_and_where(string template, int line, int column, string message)
    {
        var error = Assert.Throws<TemplateSyntaxException>(() => ChatTemplate.Parse(template));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("{'a':", "}")]
    public void Nesting_without_end_is_an_error_and_not_the_end_of_the_process(string open, string close)
    {
        string source = "{{ " + string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000)) + " }}";
        Assert.Throws<TemplateSyntaxException>(() => ChatTemplate.Parse(source));
    }

    [Theory]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{{ range(1000000000) }}")]
    [InlineData("{{ 'x' * 100000000000 }}")]
    [InlineData("{% for a in range(9999) %}{{ 'x' * 99999 }}{% endfor %}")]
    [InlineData("{{ 9223372036854775807 + 1 }}")]
    [InlineData("{{ 10 ** 100 }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = n.s.replace('x', 'xx') %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = [n.s, n.s] | join %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='\\n') %}{% for i in range(99) %}{% set n.s = n.s | indent(999, true, true) | replace(' ', '\\n') %}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l | tojson }}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(99999) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(99999) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l | tojson }}")]
    [InlineData("{% set n = namespace(l=[1], m=[1]) %}{% for i in range(99999) %}{% set n.l = [n.l] %}{% set n.m = [n.m] %}{% endfor %}{{ n.l == n.m }}")]
    [InlineData("{{ 'x'.center(99999999999) }}")]
    public void A_template_cannot_take_the_process_with_it(string template) =>
        Assert.Throws<TemplateRenderException>(() => ChatTemplate.Parse(template).Render([], false));

    [Theory]
    [InlineData("+1")]
    [InlineData("~1")]
    [InlineData("|trim")]
    [InlineData(".a")]
    [InlineData(" or 0")]
    public void A_chain_without_end_is_an_error_and_not_the_end_of_the_process(string link) =>
        Assert.Throws<TemplateRenderException>(() =>
            ChatTemplate.Parse("{{ 0" + string.Concat(Enumerable.Repeat(link, 200_000)) + " }}").Render([], false));

    [Fact]
    public void Loading_takes_the_file_before_the_setting_and_knows_the_tokens_by_name()
    {
        using var fixture = new TokenizerFixture().WithFile("tokenizer_config.json",
            """{"bos_token":"<s>","eos_token":{"content":"</s>"},"chat_template":"{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"}""");
        JsonArray messages = [new JsonObject { ["role"] = "user", ["content"] = "hi" }];
        Assert.Equal("<s>hi</s>", ChatTemplate.Load(fixture.Path).Render(messages, true));
        fixture.WithFile("chat_template.jinja", "file {{ add_generation_prompt }}\n");
        Assert.Equal("file True", ChatTemplate.Load(fixture.Path).Render(messages, true));
    }

    [Fact]
    public void Of_several_templates_the_default_is_taken()
    {
        using var fixture = new TokenizerFixture().WithFile("tokenizer_config.json",
            """{"chat_template":[{"name":"tool_use","template":"t"},{"name":"default","template":"d"}]}""");
        Assert.Equal("d", ChatTemplate.Load(fixture.Path).Render([], true));
        fixture.WithFile("tokenizer_config.json", """{"chat_template":[{"name":"tool_use","template":"t"}]}""");
        Assert.Throws<InvalidDataException>(() => ChatTemplate.Load(fixture.Path));
    }

    [Fact]
    public void The_one_for_tools_is_taken_when_there_are_some()
    {
        using var fixture = new TokenizerFixture().WithFile("tokenizer_config.json",
            """{"chat_template":[{"name":"default","template":"d"},{"name":"tool_use","template":"t{{ tools | length }}{{ tools[0].function.name }}"}]}""");
        ChatTemplate template = ChatTemplate.Load(fixture.Path);
        JsonArray tools = JsonNode.Parse("""[{"function":{"name":"f"}}]""")!.AsArray();
        Assert.Equal(("d", "t1f"), (template.Render([], true), template.Render([], true, tools)));
        Assert.True(template.TakesTools);
    }

    [Fact]
    public void Further_templates_may_be_files_and_a_broken_one_is_named()
    {
        using var fixture = new TokenizerFixture().WithFile("chat_template.json", """{"chat_template":"json"}""");
        Assert.Equal("json", ChatTemplate.Load(fixture.Path).Render([], true));
        fixture.WithFile("chat_template.jinja", "d");
        Directory.CreateDirectory(Path.Combine(fixture.Path, "additional_chat_templates"));
        fixture.WithFile("additional_chat_templates/tool_use.jinja", "t");
        Assert.Equal("t", ChatTemplate.Load(fixture.Path).Render([], true, []));
        fixture.WithFile("additional_chat_templates/tool_use.jinja", "{{ }");
        Assert.Contains("'tool_use'", Assert.Throws<InvalidDataException>(() => ChatTemplate.Load(fixture.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ messages[1].tool_calls[0].function.arguments | tojson }}", """{"x": 1}""")]
    [InlineData("{{ 'a' + messages[1].tool_calls[0].function.arguments }}", """a{"x":1}""")]
    [InlineData("{% for k, v in messages[1].tool_calls[0].function.arguments.items() %}{{ k }}={{ v }}{% endfor %}", "x=1")]
    [InlineData("{{ messages[1].content + 'c' }}{{ messages[1].tool_calls[0].function.arguments | tojson }}", """c{"x": 1}""")]
    [InlineData("{{ messages[1].content is none }}{{ messages[1].tool_calls[0].function.arguments | tojson }}", """True{"x": 1}""")]
    public void Arguments_are_objects_or_text_as_the_template_wants_them(string source, string text)
    {
        ChatTemplate template = ChatTemplate.Parse(source);
        JsonArray messages = JsonNode.Parse("""
            [{"role":"user","content":"a"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"i","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}]
            """)!.AsArray();
        Assert.Equal(text, template.Render(template.Adapt(messages), true));
    }

    [Fact]
    public void A_model_without_a_template_has_none_and_a_broken_one_is_named_at_load()
    {
        using var fixture = new TokenizerFixture();
        Assert.Null(ChatTemplate.Find(fixture.Path));
        Assert.Throws<FileNotFoundException>(() => ChatTemplate.Load(fixture.Path));
        fixture.WithFile("chat_template.jinja", "ok\n{% if %}");
        string message = Assert.Throws<InvalidDataException>(() => ChatTemplate.Load(fixture.Path)).Message;
        Assert.Contains("chat_template.jinja", message, StringComparison.Ordinal);
        Assert.Contains("line 2, column 7", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Further_variables_win_over_all_others()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ bos_token }}{{ enable_thinking }}", new Dictionary<string, string> { ["bos_token"] = "a" });
        Assert.Equal("bFalse", template.Render([], true, variables: new JsonObject { ["bos_token"] = "b", ["enable_thinking"] = false }));
    }
}
