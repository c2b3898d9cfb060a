using System.Text.Json.Nodes;
using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;

namespace Pipeline.GpuWorker.Tests.Requests;

public sealed class ResponseTests : IDisposable
{
    private readonly RequestMapperFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_chat_completion_has_every_field_that_clients_read() => AssertJson("""
        {"id":"chatcmpl-id-1","object":"chat.completion","created":1700000000,"model":"m",
         "choices":[{"index":0,"message":{"role":"assistant","content":"日本 \"x\" </s>","refusal":null},"logprobs":null,"finish_reason":"stop"}],
         "usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":8},
                  "completion_tokens_details":{"reasoning_tokens":0}},
         "system_fingerprint":null}
        """, Write(_fixture.Chat(), Result(FinishReason.Stop)));

    [Fact]
    public void So_has_a_text_completion() => AssertJson("""
        {"id":"cmpl-id-1","object":"text_completion","created":1700000000,"model":"m",
         "choices":[{"text":"日本 \"x\" </s>","index":0,"logprobs":null,"finish_reason":"length"}],
         "usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":8},
                  "completion_tokens_details":{"reasoning_tokens":0}},
         "system_fingerprint":null}
        """, Write(_fixture.Completion(), Result(FinishReason.Length)));

    [Fact]
    public void Several_prompts_are_choices_in_their_order_and_one_sum_of_tokens()
    {
        JsonNode body = JsonNode.Parse(Write(_fixture.Completion(prompt: """["a","b"]"""),
            Result(FinishReason.Stop), Result(FinishReason.Length) with { Text = "second", CachedTokens = 1 }))!;
        Assert.Equal(["0 stop", "1 length"], body["choices"]!.AsArray().Select(choice => $"{choice!["index"]} {choice["finish_reason"]}"));
        Assert.Equal("second", (string)body["choices"]![1]!["text"]!);
        Assert.Equal((24, 6, 9), ((int)body["usage"]!["prompt_tokens"]!, (int)body["usage"]!["completion_tokens"]!, (int)body["usage"]!["prompt_tokens_details"]!["cached_tokens"]!));
    }

    [Fact]
    public void A_response_says_again_what_was_asked_for() => AssertJson("""
        {"id":"resp_id-1","object":"response","created_at":1700000000,"status":"completed","background":false,"error":null,"incomplete_details":null,
         "instructions":"be brief","max_output_tokens":7,"model":"m",
         "output":[{"id":"msg_id-1","type":"message","status":"completed","role":"assistant",
                    "content":[{"type":"output_text","annotations":[],"text":"日本 \"x\" </s>"}]}],
         "parallel_tool_calls":true,"previous_response_id":null,"reasoning":{"effort":null,"summary":null},"service_tier":"default","store":false,
         "temperature":0.5,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":1,"truncation":"disabled",
         "usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":8},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15},
         "user":null,"metadata":{"a":"b"}}
        """, Write(_fixture.Response("\"instructions\":\"be brief\",\"max_output_tokens\":7,\"temperature\":0.5,\"metadata\":{\"a\":\"b\"}"), Result(FinishReason.Stop)));

    [Fact]
    public void A_response_that_reached_its_limit_is_incomplete()
    {
        JsonNode body = JsonNode.Parse(Write(_fixture.Response(), Result(FinishReason.Length)))!;
        Assert.Equal(("incomplete", "max_output_tokens"), ((string)body["status"]!, (string)body["incomplete_details"]!["reason"]!));
        Assert.Equal("incomplete", (string)body["output"]![0]!["status"]!);
    }

    [Fact]
    public void Text_is_not_written_in_escapes() =>
        Assert.Contains("日本 \\\"x\\\" </s>", Write(_fixture.Chat(), Result(FinishReason.Stop)), StringComparison.Ordinal);

    [Fact]
    public void What_was_cancelled_has_no_answer() =>
        Assert.Throws<ArgumentException>(() => Write(_fixture.Chat(), Result(FinishReason.Cancelled)));

    private static string Write(MappedRequest request, params GenerationResult[] results) => request.Answer(results).Write(request.Form);

    private static void AssertJson(string expected, string actual) => Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(actual)!.ToJsonString());

    private static GenerationResult Result(FinishReason reason) => new()
    {
        Tokens = [1, 2, 3],
        Text = "日本 \"x\" </s>",
        FinishReason = reason,
        PromptTokens = 12,
        CachedTokens = 8,
        QueueSeconds = 0.1,
        PrefillSeconds = 0.2,
        DecodeSeconds = 0.3,
        TimeToFirstTokenSeconds = 0.3,
    };
}
