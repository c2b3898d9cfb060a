using System.Text.Json.Nodes;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Tests.Answers;

public sealed class ToolTests : IDisposable
{
    private const string Tools = ThinkingModelFixture.Tools;
    private const string Call = "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\": 1}}</tool_call>";

    private readonly ThinkingModelFixture _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_template_gets_the_tools_as_they_were_given()
    {
        Assert.Equal("""<{"type": "function", "function": {"name": "add", "description": "adds", "parameters": {"type": "object", "properties": {"a": {"type": "number"}}}}}>user:hi;""",
            _model.Prompt(_model.Chat(Tools)));
        Assert.Equal("""<{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}>user:hi;""",
            _model.Prompt(_model.Response(ThinkingModelFixture.FlatTools)));
    }

    [Fact]
    public void A_model_that_must_not_call_does_not_know_the_tools_and_what_it_says_is_text()
    {
        MappedRequest request = _model.Chat(Tools + ",\"tool_choice\":\"none\"");
        Assert.Equal("user:hi;", _model.Prompt(request));
        Assert.Equal(Call, _model.Say(request, Call).Choices[0].Message.Content);
        Assert.Equal(Call, _model.Say(_model.Chat(), Call).Choices[0].Message.Content);
    }

    [Fact]
    public void A_chat_has_calls_in_its_message_and_ends_for_them()
    {
        MappedRequest request = _model.Chat(Tools + ",\"tool_choice\":\"auto\",\"parallel_tool_calls\":true");
        JsonNode choice = JsonNode.Parse(_model.Say(request, Call + Call).Write(request.Form))!["choices"]![0]!;
        Assert.Equal("tool_calls", (string)choice["finish_reason"]!);
        Assert.Null(choice["message"]!["content"]);
        JsonArray calls = choice["message"]!["tool_calls"]!.AsArray();
        Assert.Equal(["add", "add"], calls.Select(call => (string)call!["function"]!["name"]!));
        Assert.Equal("""{"a": 1}""", (string)calls[0]!["function"]!["arguments"]!);
        Assert.Equal(2, calls.Select(call => (string)call!["id"]!).Distinct().Count());
        Assert.All(calls, call => Assert.StartsWith("call_", (string)call!["id"]!, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_answer_names_its_calls_the_same_and_another_otherwise()
    {
        MappedRequest request = _model.Chat(Tools);
        string id = _model.Say(request, Call).Choices[0].Message.ToolCalls[0].Id;
        Assert.Equal(id, _model.Say(request, Call).Choices[0].Message.ToolCalls[0].Id);
        MappedRequest other = _model.Mapper.Map("id-2", "/v1/chat/completions", $$"""{"model":"m","messages":[{"role":"user","content":"hi"}],{{Tools}}}""", "");
        Assert.NotEqual(id, _model.Say(other, Call).Choices[0].Message.ToolCalls[0].Id);
        Assert.Matches("^[0-9A-Za-z]{9}$", ToolCallIds.Make("x", 0, isShort: true));
    }

    [Fact]
    public void One_call_is_all_where_several_at_once_are_not_wanted()
    {
        MappedRequest request = _model.Chat(Tools + ",\"parallel_tool_calls\":false");
        Assert.Single(_model.Say(request, Call + Call).Choices[0].Message.ToolCalls);
    }

    [Fact]
    public void What_was_said_and_thought_beside_a_call_is_kept()
    {
        MappedRequest request = _model.Chat(Tools);
        OutputMessage message = _model.Say(request, "<think>so</think>\nI add.\n" + Call).Choices[0].Message;
        Assert.Equal(("so", "I add.", 1), (message.Reasoning, message.Content, message.ToolCalls.Count));
    }

    [Fact]
    public void A_completion_that_reached_its_limit_says_so_whatever_it_calls()
    {
        MappedRequest request = _model.Chat(Tools);
        JsonNode body = JsonNode.Parse(_model.Say(request, Call + "<tool_call>{\"na", FinishReason.Length).Write(request.Form))!;
        Assert.Equal("length", (string)body["choices"]![0]!["finish_reason"]!);
        Assert.Equal("<tool_call>{\"na", (string)body["choices"]![0]!["message"]!["content"]!);
        Assert.Single(body["choices"]![0]!["message"]!["tool_calls"]!.AsArray());
    }

    [Fact]
    public void A_response_has_calls_as_items_and_repeats_the_tools()
    {
        MappedRequest request = _model.Response(ThinkingModelFixture.FlatTools + ",\"tool_choice\":\"auto\",\"parallel_tool_calls\":false");
        JsonNode body = JsonNode.Parse(_model.Say(request, Call).Write(request.Form))!;
        JsonNode item = Assert.Single(body["output"]!.AsArray())!;
        Assert.Equal(("function_call", "add", """{"a": 1}""", "completed"), ((string)item["type"]!, (string)item["name"]!, (string)item["arguments"]!, (string)item["status"]!));
        Assert.Equal("add", (string)body["tools"]![0]!["name"]!);
        Assert.Equal(("auto", false), ((string)body["tool_choice"]!, (bool)body["parallel_tool_calls"]!));
    }

    [Fact]
    public void Calls_and_their_results_go_back_to_the_template()
    {
        Assert.Equal("user:a;assistant:!add{\"x\": 1};tool:2;", _model.Prompt(_model.Chat(messages: """
            [{"role":"user","content":"a"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"add","arguments":"{\"x\": 1}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"2"}]
            """)));
        Assert.Equal("user:a;assistant:well(so)!add{\"x\": 1}!add{};tool:2;tool:3;assistant:five;", _model.Prompt(_model.Response(input: """
            [{"role":"user","content":"a"},{"type":"reasoning","summary":[{"type":"summary_text","text":"so"}]},{"role":"assistant","content":"well"},
             {"type":"function_call","id":"fc_1","call_id":"c1","name":"add","arguments":"{\"x\": 1}","status":"completed"},
             {"type":"function_call","call_id":"c2","name":"add","arguments":"{}"},
             {"type":"function_call_output","call_id":"c1","output":"2"},
             {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"3"}]},
             {"role":"assistant","content":"five"}]
            """)));
    }

    [Theory]
    [InlineData("\"tools\":[]", "tools", "empty_array")]
    [InlineData("\"tools\":5", "tools", "invalid_type")]
    [InlineData("\"tools\":[5]", "tools[0]", "invalid_type")]
    [InlineData("\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type", "unsupported_value")]
    [InlineData("\"tools\":[{\"type\":\"function\"}]", "tools[0].function", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{}}]", "tools[0].function.name", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]", "tools[0].function.name", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":[]}}]", "tools[0].function.parameters", "invalid_type")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true,\"parameters\":{\"not\":{}}}}]", "tools[0].function.strict", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"odd\":1}}]", "tools[0].function.odd", "unknown_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "tools", "invalid_value")]
    [InlineData("\"tool_choice\":\"auto\"", "tool_choice", "invalid_value")]
    [InlineData("\"parallel_tool_calls\":true", "parallel_tool_calls", "invalid_value")]
    [InlineData(Tools + ",\"tool_choice\":\"perhaps\"", "tool_choice", "invalid_value")]
    [InlineData(Tools + ",\"tool_choice\":\"required\",\"response_format\":{\"type\":\"json_object\"}", "response_format", "invalid_parameter_combination")]
    [InlineData(Tools + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"other\"}}", "tool_choice", "invalid_value")]
    [InlineData(Tools + ",\"tool_choice\":{\"type\":\"allowed_tools\"}", "tool_choice.type", "unsupported_value")]
    [InlineData(Tools + ",\"tool_choice\":7", "tool_choice", "invalid_type")]
    public void A_tool_is_refused_by_its_place(string more, string param, string code) => AssertRefused(() => _model.Chat(more), param, code);

    [Theory]
    [InlineData("""[{"role":"tool","content":"a"}]""", "messages[0].tool_call_id", "missing_required_parameter")]
    [InlineData("""[{"role":"tool","tool_call_id":"c"}]""", "messages[0].content", "missing_required_parameter")]
    [InlineData("""[{"role":"function","name":"f","content":"a"}]""", "messages[0].role", "unsupported_value")]
    [InlineData("""[{"role":"user","content":"a","tool_calls":[{}]}]""", "messages[0].tool_calls", "unknown_parameter")]
    [InlineData("""[{"role":"assistant","tool_calls":[]}]""", "messages[0].tool_calls", "empty_array")]
    [InlineData("""[{"role":"assistant","tool_calls":[{}]}]""", "messages[0].tool_calls[0].id", "missing_required_parameter")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","type":"custom"}]}]""", "messages[0].tool_calls[0].type", "unsupported_value")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f"}}]}]""", "messages[0].tool_calls[0].function.arguments", "missing_required_parameter")]
    public void A_message_with_calls_is_refused_by_its_place(string messages, string param, string code) =>
        AssertRefused(() => _model.Chat(messages: messages), param, code);

    [Theory]
    [InlineData("\"required\"", "[{\"name\":\"add\",\"arguments\":{\"a\":1}},{\"name\":\"add\",\"arguments\":{}}]", 2)]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"add\"}}", "{\"name\":\"add\",\"arguments\":{\"a\":1}}", 1)]
    public void A_model_that_has_to_call_can_say_nothing_else(string choice, string text, int calls)
    {
        MappedRequest request = _model.Chat(Tools + ",\"tool_choice\":" + choice);
        Assert.NotNull(request.Generations[0].Constraint);
        Assert.Null(_model.Chat(Tools).Generations[0].Constraint);
        OutputMessage message = _model.Say(request, text).Choices[0].Message;
        Assert.Equal((null, calls), (message.Content, message.ToolCalls.Count));
        Assert.Equal("""{"a":1}""", message.ToolCalls[0].Arguments);
    }

    [Fact]
    public void Calls_that_a_model_may_make_are_held_to_a_form_where_a_function_is_strict_or_the_answer_has_one()
    {
        const string Strict = """
            "tools":[{"type":"function","function":{"name":"add","strict":true,"parameters":{"type":"object","properties":{"a":{"type":"number"}},"required":["a"],"additionalProperties":false}}}]
            """;
        Assert.NotNull(_model.Chat(Strict).Generations[0].Constraint);
        Assert.NotNull(_model.Chat(Strict.Replace("true", "false", StringComparison.Ordinal) + ",\"response_format\":{\"type\":\"json_object\"}").Generations[0].Constraint);
        Assert.Null(_model.Chat(Strict + ",\"tool_choice\":\"none\"").Generations[0].Constraint);

        // Where calls are told by special tokens nothing can be said of them before they come.
        using var mistral = new ThinkingModelFixture("{{ tools | tojson }}{{ messages[0].content }}{# [TOOL_CALLS] #}");
        AssertRefused(() => mistral.Chat(Strict), "tools[0].function.strict", "unsupported_value");
        AssertRefused(() => mistral.Chat(Tools + ",\"response_format\":{\"type\":\"json_object\"}"), "response_format", "unsupported_value");
    }

    [Theory]
    [InlineData("required", """{"type":"array","minItems":1,"maxItems":16,"items":{"anyOf":[{"type":"object","properties":{"name":{"const":"f"},"arguments":{"$ref":"#/items/anyOf/0/properties/arguments/$defs/x"}},"required":["name","arguments"],"additionalProperties":false}]}}""")]
    [InlineData("f", """{"type":"object","properties":{"name":{"const":"f"},"arguments":{"$ref":"#/properties/arguments/$defs/x"}},"required":["name","arguments"],"additionalProperties":false}""")]
    public void The_form_of_a_call_keeps_what_schemas_refer_to(string choice, string schema)
    {
        JsonNode tool = JsonNode.Parse("""{"model":"m","input":"a","tools":[{"type":"function","name":"f","strict":true,"parameters":{"$ref":"#/$defs/x","$defs":{"x":{"type":"object"}}}}]}""")!;
        tool["tool_choice"] = choice == "f" ? new JsonObject { ["type"] = "function", ["name"] = "f" } : choice;
        StructuredOutput form = new RequestReader(_model.Tokenizer, Tokenization.ChatTemplate.Parse("{{ tools | tojson }}{{ messages[0].content }}"), "m")
            .Read(RequestReader.Responses, System.Text.Encoding.UTF8.GetBytes(tool.ToJsonString())).Output!;
        JsonNode made = JsonNode.Parse(form.Text)!;
        JsonNode arguments = choice == "f" ? made["properties"]!["arguments"]! : made["items"]!["anyOf"]![0]!["properties"]!["arguments"]!;
        Assert.Equal("""{"x":{"type":"object"}}""", arguments["$defs"]!.ToJsonString());
        arguments.AsObject().Remove("$defs");
        Assert.Equal(schema, made.ToJsonString());
    }

    [Fact]
    public void A_template_that_has_no_place_for_tools_takes_none()
    {
        using var model = new ThinkingModelFixture("{{ messages[0].content }}");
        AssertRefused(() => model.Chat(Tools), "tools", "unsupported_parameter");
        using var silent = new ThinkingModelFixture("{% if tools %}{% endif %}{{ messages[0].content }}");
        AssertRefused(() => silent.Chat(Tools), "tools", "unsupported_parameter");
    }

    [Fact]
    public void A_template_that_looks_for_tools_in_the_systems_message_finds_them_there()
    {
        using var model = new ThinkingModelFixture(
            "{% for m in messages %}{{ m.role }}:{{ m.content }}{% if 'tools' in m and m['tools'] is not none %}<{{ m['tools'] }}>{% endif %};{% endfor %}");
        const string Expected = """<[{"name":"add","parameters":{"type":"object","properties":{}}}]>;user:hi;""";
        const string Add = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"add\"}}]";
        Assert.Equal("system:" + Expected, model.Prompt(model.Chat(Add)));
        Assert.Equal("system:be brief" + Expected, model.Prompt(model.Chat(Add, """[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}]""")));
    }

    private static void AssertRefused(Func<object> map, string param, string code)
    {
        var error = Assert.Throws<RequestErrorException>(map);
        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }
}
