#pragma warning disable OPENAI001 // The client calls its part for responses an evaluation; it is what people use.
using System.ClientModel.Primitives;
using OpenAI.Chat;
using OpenAI.Responses;
using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;

namespace Pipeline.GpuWorker.Tests.Answers;

/// <summary>Answers as the types of OpenAI's own .NET client read them.</summary>
public sealed class OfficialClientTests : IDisposable
{
    private const string Call = "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\": 1}}</tool_call>";

    private readonly ThinkingModelFixture _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_chat_completion_with_text_is_read()
    {
        ChatCompletion read = Read<ChatCompletion>(_model.Chat(), "<think>so</think>Yes.");
        Assert.Equal(("chatcmpl-id-1", "m", ChatFinishReason.Stop), (read.Id, read.Model, read.FinishReason));
        Assert.Equal(("Yes.", ChatMessageRole.Assistant), (read.Content.Single().Text, read.Role));
        Assert.Equal((5, 10, 0), (read.Usage.InputTokenCount, read.Usage.OutputTokenDetails.ReasoningTokenCount, read.Usage.InputTokenDetails.CachedTokenCount));
        Assert.Equal(read.Usage.InputTokenCount + read.Usage.OutputTokenCount, read.Usage.TotalTokenCount);
    }

    [Fact]
    public void A_chat_completion_with_calls_is_read_and_can_be_given_back()
    {
        ChatCompletion read = Read<ChatCompletion>(_model.Chat(ThinkingModelFixture.Tools), Call + Call);
        Assert.Equal((ChatFinishReason.ToolCalls, 2, 0), (read.FinishReason, read.ToolCalls.Count, read.Content.Count));
        Assert.Equal(("add", """{"a": 1}"""), (read.ToolCalls[0].FunctionName, read.ToolCalls[0].FunctionArguments.ToString()));

        string answer = ModelReaderWriter.Write(new AssistantChatMessage(read)).ToString();
        string result = ModelReaderWriter.Write(new ToolChatMessage(read.ToolCalls[0].Id, "2")).ToString();
        Assert.Equal("assistant:!add{\"a\": 1}!add{\"a\": 1};tool:2;", _model.Prompt(_model.Chat(messages: $"[{answer},{result}]")));
    }

    [Fact]
    public void A_response_with_thoughts_and_text_is_read()
    {
        ResponseResult read = Read<ResponseResult>(_model.Response("\"metadata\":{\"a\":\"b\"},\"max_output_tokens\":50,\"temperature\":0.5"), "<think>so</think>Yes.");
        Assert.Equal(("resp_id-1", "m", ResponseStatus.Completed), (read.Id, read.Model, read.Status));
        Assert.Equal("Yes.", read.GetOutputText());
        Assert.IsType<ReasoningResponseItem>(read.OutputItems[0]);
        Assert.Equal(("b", 50, 0.5f), (read.Metadata["a"], read.MaxOutputTokenCount, read.Temperature));
        Assert.Equal((5, 10), (read.Usage.InputTokenCount, read.Usage.OutputTokenDetails.ReasoningTokenCount));
        Assert.Null(read.Error);
    }

    [Fact]
    public void A_response_with_calls_is_read_and_its_items_can_be_given_back()
    {
        ResponseResult read = Read<ResponseResult>(_model.Response(ThinkingModelFixture.FlatTools), "I add." + Call);
        var call = Assert.IsType<FunctionCallResponseItem>(read.OutputItems[1]);
        Assert.Equal(("add", """{"a": 1}""", FunctionCallStatus.Completed), (call.FunctionName, call.FunctionArguments.ToString(), call.Status));
        Assert.Single(read.Tools);

        string[] items = [.. read.OutputItems.Append(ResponseItem.CreateFunctionCallOutputItem(call.CallId, "2")).Select(item => ModelReaderWriter.Write(item).ToString())];
        Assert.Equal("assistant:I add.!add{\"a\": 1};tool:2;", _model.Prompt(_model.Response(input: $"[{string.Join(',', items)}]")));
    }

    [Fact]
    public void An_incomplete_response_says_why()
    {
        ResponseResult read = Read<ResponseResult>(_model.Response("\"instructions\":\"be brief\""), "Ye", FinishReason.Length);
        Assert.Equal((ResponseStatus.Incomplete, ResponseIncompleteStatusReason.MaxOutputTokens), (read.Status, read.IncompleteStatusDetails.Reason));
    }

    private T Read<T>(MappedRequest request, string text, FinishReason finish = FinishReason.Stop)
        where T : IPersistableModel<T> => ModelReaderWriter.Read<T>(BinaryData.FromString(_model.Say(request, text, finish).Write(request.Form)))!;
}
