using System.Text.Json.Nodes;
using Pipeline.Engine;

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
        """, _fixture.Chat().BuildResponse(Result(FinishReason.Stop)));

    [Fact]
    public void So_has_a_text_completion() => AssertJson("""
        {"id":"cmpl-id-1","object":"text_completion","created":1700000000,"model":"m",
         "choices":[{"text":"日本 \"x\" </s>","index":0,"logprobs":null,"finish_reason":"length"}],
         "usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":8},
                  "completion_tokens_details":{"reasoning_tokens":0}},
         "system_fingerprint":null}
        """, _fixture.Completion().BuildResponse(Result(FinishReason.Length)));

    [Fact]
    public void Text_is_not_written_in_escapes() =>
        Assert.Contains("日本 \\\"x\\\" </s>", _fixture.Chat().BuildResponse(Result(FinishReason.Stop)), StringComparison.Ordinal);

    [Fact]
    public void What_was_cancelled_has_no_answer() =>
        Assert.Throws<ArgumentException>(() => _fixture.Chat().BuildResponse(Result(FinishReason.Cancelled)));

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
