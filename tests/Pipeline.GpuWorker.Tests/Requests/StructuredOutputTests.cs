using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;
using Pipeline.GpuWorker.Tests.Answers;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Tests.Requests;

/// <summary>What requests ask of their outputs' form, and of prompts that are too long.</summary>
public sealed class StructuredOutputTests : IDisposable
{
    private const string Strict = """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""";

    private readonly RequestMapperFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("""{"response_format":{"type":"json_object"}}""")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"x","description":"d","strict":true,"schema":SCHEMA}}}""")]
    [InlineData("""{"structured_outputs":{"json":SCHEMA,"disable_any_whitespace":true}}""")]
    [InlineData("""{"structured_outputs":{"json_object":true}}""")]
    [InlineData("""{"structured_outputs":{"choice":["yes","no"]},"response_format":{"type":"text"}}""")]
    [InlineData("""{"guided_json":"{\"type\":\"object\"}"}""")]
    [InlineData("""{"guided_regex":"[ab]+"}""")]
    [InlineData("""{"guided_choice":["a"]}""")]
    [InlineData("""{"guided_grammar":"root ::= \"a\" | \"b\""}""")]
    public void A_form_becomes_a_constraint(string given)
    {
        string more = given[1..^1].Replace("SCHEMA", Strict, StringComparison.Ordinal);
        Assert.NotNull(_fixture.Chat(more).Generations[0].Constraint);
        Assert.NotNull(_fixture.Completion(more).Generations[0].Constraint);
        Assert.Same(_fixture.Chat(more).Generations[0].Constraint, _fixture.Completion(more).Generations[0].Constraint);
    }

    [Fact]
    public void A_form_together_with_a_call_that_has_to_come_is_refused()
    {
        using var thinking = new ThinkingModelFixture();
        RequestErrorException error = Assert.Throws<RequestErrorException>(
            () => thinking.Chat($"\"response_format\":{{\"type\":\"json_object\"}},\"tool_choice\":\"required\",{ThinkingModelFixture.Tools}"));
        Assert.Equal("response_format", error.Param);
        Assert.Equal("invalid_parameter_combination", error.Code);
    }

    [Fact]
    public void A_response_names_its_form_in_one_field_and_repeats_it()
    {
        string format = $$"""{"type":"json_schema","name":"x","strict":true,"schema":{{Strict}}}""";
        MappedRequest request = _fixture.Response("\"text\":{\"format\":" + format + "}");
        Assert.NotNull(request.Generations[0].Constraint);
        Assert.Equal(format, ((ResponseForm)request.Form).Settings.TextFormat!.Value.GetRawText());
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", ".additionalProperties", "In context=(), 'additionalProperties' is required to be supplied and to be false.")]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}},"required":["a"],"additionalProperties":false}""", ".required", "'required' is required to be supplied and to be an array including every key in properties. Missing 'b'.")]
    [InlineData("""{"type":"array","items":{}}""", ".type", "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"additionalProperties":false}""", ".properties.a.additionalProperties", "In context=('properties', 'a'), 'additionalProperties'")]
    [InlineData("""{"type":"object","properties":{"a":{"oneOf":[]}},"required":["a"],"additionalProperties":false}""", ".properties.a.oneOf", "'oneOf' is not permitted.")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"allOf":[]}]}},"required":["a"],"additionalProperties":false}""", ".properties.a.anyOf[0].allOf", "'allOf' is not permitted.")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","uniqueItems":true}},"required":["a"],"additionalProperties":false}""", ".properties.a.uniqueItems", "In context=('properties', 'a'), 'uniqueItems' is not permitted.")]
    public void A_strict_schema_keeps_OpenAIs_rules(string schema, string path, string message)
    {
        RequestErrorException error = Assert.Throws<RequestErrorException>(() => _fixture.Chat(
            "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,\"schema\":" + schema + "}}"));
        Assert.Equal("response_format.json_schema.schema" + path, error.Param);
        Assert.Equal("invalid_json_schema", error.Code);
        Assert.StartsWith("Invalid schema for response_format 'x': In context=(", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_strict_a_schema_may_leave_things_open_but_not_ask_for_what_is_not_supported()
    {
        const string Format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":";
        Assert.NotNull(_fixture.Chat(Format + """{"properties":{"a":{"oneOf":[{"type":"string"},{"type":"null"}]}}}}}""").Generations[0].Constraint);
        RequestErrorException error = Assert.Throws<RequestErrorException>(() => _fixture.Chat(Format + """{"properties":{"a":{"not":{}}}}}}"""));
        Assert.Equal("response_format.json_schema.schema.properties.a.not", error.Param);
    }

    [Theory]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema", "missing_required_parameter")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{}}", "response_format.json_schema.name", "missing_required_parameter")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\"}}", "response_format.json_schema.name", "invalid_value")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\"}}", "response_format.json_schema.schema", "missing_required_parameter")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":5}}", "response_format.json_schema.schema", "invalid_type")]
    [InlineData("\"response_format\":{\"type\":\"json_object\",\"schema\":{}}", "response_format.schema", "unknown_parameter")]
    [InlineData("\"structured_outputs\":{}", "structured_outputs", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"regex\":\"a\",\"choice\":[\"a\"]}", "structured_outputs", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"regex\":\"a\",\"whitespace_pattern\":\" \"}", "structured_outputs.whitespace_pattern", "unsupported_parameter")]
    [InlineData("\"guided_regex\":\"a\",\"response_format\":{\"type\":\"json_object\"}", "guided_regex", "invalid_parameter_combination")]
    [InlineData("\"guided_regex\":\"(\"", "guided_regex", "invalid_value")]
    [InlineData("\"guided_choice\":[]", "guided_choice", "empty_array")]
    [InlineData("\"guided_choice\":[\"a\",1]", "guided_choice[1]", "invalid_type")]
    [InlineData("\"guided_grammar\":\"start: x\"", "guided_grammar", "invalid_value")]
    [InlineData("\"guided_json\":\"{\"", "guided_json", "invalid_value")]
    [InlineData("\"guided_json\":5", "guided_json", "invalid_type")]
    [InlineData("\"truncate_prompt_tokens\":0", "truncate_prompt_tokens", "invalid_value")]
    [InlineData("\"truncate_prompt_tokens\":-1", "truncate_prompt_tokens", "invalid_parameter_combination")]
    [InlineData("\"truncate_prompt_tokens\":5,\"truncation_side\":\"middle\"", "truncation_side", "unsupported_value")]
    [InlineData("\"truncation_side\":\"left\"", "truncation_side", "invalid_parameter_combination")]
    public void What_is_wrong_is_named(string more, string param, string code)
    {
        RequestErrorException error = Assert.Throws<RequestErrorException>(() => _fixture.Chat(more));
        Assert.Equal(param, error.Param);
        Assert.Equal(code, error.Code);
        Assert.Equal(400, error.Status);
    }

    [Fact]
    public void The_first_request_for_a_form_pays_for_compiling_it()
    {
        _fixture.Time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(5);
        Assert.True(_fixture.Chat("\"guided_regex\":\"a|b\"").CompileSeconds > 0);
        Assert.Equal(0, _fixture.Chat("\"guided_regex\":\"a|b\"").CompileSeconds);
        Assert.Equal(0, _fixture.Chat().CompileSeconds);
    }

    [Theory]
    [InlineData("\"truncate_prompt_tokens\":3", "lo>")]
    [InlineData("\"truncate_prompt_tokens\":3,\"truncation_side\":\"right\"", "<s>he")]
    [InlineData("\"truncate_prompt_tokens\":30", "<s>hello>")]
    public void A_prompt_is_cut_where_that_is_asked_for(string more, string expected)
    {
        MappedRequest request = _fixture.Completion(more, "\"hello>\"");
        Assert.Equal(expected, _fixture.Prompt(request));
        Assert.Equal(7 - request.Generations[0].Prompt.Count, request.Request.TruncatedTokens);
    }

    [Fact]
    public void A_prompt_is_cut_to_the_room_that_the_completion_leaves()
    {
        string text = new('x', 200);
        MappedRequest request = _fixture.Chat("\"truncate_prompt_tokens\":-1,\"max_tokens\":40", $$"""[{"role":"user","content":"{{text}}"}]""");
        Assert.Equal(RequestMapperFixture.ContextLength - 40, request.Generations[0].Prompt.Count);
        Assert.EndsWith("</>>", _fixture.Prompt(request), StringComparison.Ordinal);
        Assert.True(request.Request.TruncatedTokens > 140);
        GenerationResult result = new()
        {
            Tokens = [1], Text = "", FinishReason = FinishReason.Stop, PromptTokens = 60, CachedTokens = 0, QueueSeconds = 0, PrefillSeconds = 0, DecodeSeconds = 0,
        };
        Assert.Contains($"\"truncated_tokens\":{request.Request.TruncatedTokens}", request.Answer([result]).Write(request.Form), StringComparison.Ordinal);
        Assert.Throws<RequestErrorException>(() => _fixture.Chat("\"max_tokens\":40", $$"""[{"role":"user","content":"{{text}}"}]"""));
    }
}
