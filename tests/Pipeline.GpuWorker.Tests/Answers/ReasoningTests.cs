using System.Text.Json.Nodes;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Tests.Answers;

public sealed class ReasoningTests : IDisposable
{
    private const string Begun = "\"chat_template_kwargs\":{\"begin\":true}";

    private readonly ThinkingModelFixture _model = new();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("", "<think>\nso so\n</think>\n\nYes.", "so so", "Yes.", 15)]
    [InlineData("", "Yes.", null, "Yes.", 0)]
    [InlineData("", "so so</think>Yes.", "so so", "Yes.", 6)]
    [InlineData("", "<think>\n\n</think>\n\nYes.", null, "Yes.", 10)]
    [InlineData("", "<think>so", "so", null, 9)]
    [InlineData(Begun, "so so\n</think>\nYes.", "so so", "Yes.", 7)]
    [InlineData(Begun, "so so", "so so", null, 5)]
    [InlineData("\"chat_template_kwargs\":{\"enable_thinking\":false}", "No </think> here.", null, "No </think> here.", 0)]
    public void Thoughts_are_told_from_the_answer_and_counted(string more, string text, string? thoughts, string? content, int tokens)
    {
        Answer answer = _model.Say(_model.Chat(more), text);
        OutputMessage message = answer.Choices[0].Message;
        Assert.Equal((thoughts, content, tokens), (message.Reasoning, message.Content, answer.Usage.Reasoning));
    }

    [Fact]
    public void A_chat_has_them_as_reasoning_content()
    {
        MappedRequest request = _model.Chat();
        JsonNode body = JsonNode.Parse(_model.Say(request, "<think>so</think>Yes.").Write(request.Form))!;
        Assert.Equal("""{"role":"assistant","content":"Yes.","refusal":null,"reasoning_content":"so"}""", body["choices"]![0]!["message"]!.ToJsonString());
        Assert.Equal(10, (int)body["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!);
    }

    [Fact]
    public void A_response_has_them_as_an_item_before_the_message()
    {
        MappedRequest request = _model.Response();
        JsonNode body = JsonNode.Parse(_model.Say(request, "<think>so</think>Yes.").Write(request.Form))!;
        Assert.Equal("""{"id":"rs_id-1","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"so"}],"status":"completed"}""", body["output"]![0]!.ToJsonString());
        Assert.Equal("Yes.", (string)body["output"]![1]!["content"]![0]!["text"]!);
        Assert.Equal(10, (int)body["usage"]!["output_tokens_details"]!["reasoning_tokens"]!);
    }

    [Fact]
    public void Thoughts_that_fill_the_limit_leave_no_message_in_a_response()
    {
        MappedRequest request = _model.Response();
        JsonNode body = JsonNode.Parse(_model.Say(request, "<think>so", FinishReason.Length).Write(request.Form))!;
        JsonNode only = Assert.Single(body["output"]!.AsArray())!;
        Assert.Equal(("reasoning", "incomplete"), ((string)only["type"]!, (string)only["status"]!));
    }

    [Fact]
    public void The_mark_is_kept_in_a_chats_text_and_left_out_of_a_completions()
    {
        Assert.Equal([1001], _model.Chat().Generations[0].ShownTokens);
        Assert.Empty(_model.Mapper.Map("i", "/v1/completions", """{"model":"m","prompt":"a"}""", "").Generations[0].ShownTokens);
    }

    [Theory]
    [InlineData("none", "user:hi;<think></think>")]
    [InlineData("medium", "user:hi;")]
    public void Effort_switches_a_template_that_knows_the_switch(string effort, string prompt)
    {
        Assert.Equal(prompt, _model.Prompt(_model.Chat($"\"reasoning_effort\":\"{effort}\"")));
        Assert.Equal(prompt, _model.Prompt(_model.Response($"\"reasoning\":{{\"effort\":\"{effort}\"}}")));
    }

    [Fact]
    public void A_template_that_knows_efforts_gets_them_by_name()
    {
        using var model = new ThinkingModelFixture("{{ messages[0].content }} {{ reasoning_effort }}");
        Assert.Equal("hi high", model.Prompt(model.Chat("\"reasoning_effort\":\"high\"")));
    }

    [Theory]
    [InlineData("\"reasoning_effort\":\"high\"", "reasoning_effort", "unsupported_value")]
    [InlineData("\"reasoning_effort\":\"huge\"", "reasoning_effort", "invalid_value")]
    [InlineData("\"reasoning_effort\":3", "reasoning_effort", "invalid_type")]
    [InlineData("\"chat_template_kwargs\":{\"mood\":\"good\"}", "chat_template_kwargs.mood", "unsupported_parameter")]
    public void What_the_template_does_not_know_is_refused(string more, string param, string code) => AssertRefused(() => _model.Chat(more), param, code);

    [Fact]
    public void A_model_that_does_not_think_takes_no_effort()
    {
        using var model = new ThinkingModelFixture("{{ messages[0].content }}");
        AssertRefused(() => model.Chat("\"reasoning_effort\":\"low\""), "reasoning_effort", "unsupported_parameter");
        AssertRefused(() => model.Response("\"reasoning\":{\"effort\":\"low\"}"), "reasoning.effort", "unsupported_parameter");
    }

    [Fact]
    public void Earlier_thoughts_go_back_to_the_template()
    {
        Assert.Equal("user:a;assistant:b(c);user:d;", _model.Prompt(_model.Chat(messages:
            """[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"c"},{"role":"user","content":"d"}]""")));
        Assert.Equal("user:a;assistant:b(c);user:d;", _model.Prompt(_model.Response(input: """
            [{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"c"}]},
             {"type":"message","role":"assistant","content":[{"type":"output_text","text":"b"}]},{"role":"user","content":"d"}]
            """)));
    }

    private static void AssertRefused(Func<object> map, string param, string code)
    {
        var error = Assert.Throws<RequestErrorException>(map);
        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }
}
