using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Pipeline.GpuWorker.Backends;

namespace Pipeline.GpuWorker.Tests.Backends;

public sealed class EchoBackendTests
{
    [Fact]
    public async Task It_answers_a_chat_completion_with_the_last_user_message_and_counts_words()
    {
        await using EchoBackend backend = Create(TimeProvider.System, 0);
        BackendAnswer answer = await backend.RunAsync(
            Job("""{"messages":[{"role":"system","content":"be brief"},{"role":"user","content":[{"type":"text","text":" one  two\nthree "}]},{"role":"assistant","content":"ok"}]}"""), default);
        Assert.Equal(200, answer.StatusCode);
        Assert.Equal((6, 3), (answer.Tokens.Prompt, answer.Tokens.Completion));
        JsonElement body = JsonDocument.Parse(answer.Body!).RootElement;
        Assert.Equal("chat.completion", body.GetProperty("object").GetString());
        Assert.Equal("served", body.GetProperty("model").GetString());
        Assert.Equal(" one  two\nthree ", body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(9, body.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task It_answers_a_completion_with_its_prompts_and_a_response_with_the_last_user_message()
    {
        await using EchoBackend backend = Create(TimeProvider.System, 0);
        BackendAnswer several = await backend.RunAsync(Job("""{"prompt":["one two","three"]}""", "/v1/completions"), default);
        JsonElement body = JsonDocument.Parse(several.Body!).RootElement;
        Assert.Equal("text_completion", body.GetProperty("object").GetString());
        Assert.Equal(["one two", "three"], body.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()!));
        Assert.Equal((3, 3), (several.Tokens.Prompt, several.Tokens.Completion));

        foreach (string input in (string[])["\"say it\"", """[{"role":"user","content":[{"type":"input_text","text":"say it"}]},{"role":"assistant","content":"no"}]"""])
        {
            BackendAnswer response = await backend.RunAsync(Job($$"""{"input":{{input}}}""", "/v1/responses"), default);
            body = JsonDocument.Parse(response.Body!).RootElement;
            Assert.Equal(("response", "completed"), (body.GetProperty("object").GetString(), body.GetProperty("status").GetString()));
            Assert.Equal("say it", body.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task It_answers_embeddings_with_vectors_that_tell_texts_apart()
    {
        await using EchoBackend backend = Create(TimeProvider.System, 0);
        BackendAnswer answer = await backend.RunAsync(Job("""{"input":["one two","three","one two"]}""", "/v1/embeddings"), default);
        JsonElement body = JsonDocument.Parse(answer.Body!).RootElement;
        float[][] vectors = [.. body.GetProperty("data").EnumerateArray().Select(one => one.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray())];
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(value => value * value), 5));
        Assert.Equal(vectors[0], vectors[2]);
        Assert.NotEqual(vectors[0], vectors[1]);
        Assert.Equal((5, 0), (answer.Tokens.Prompt, answer.Tokens.Completion));
        BackendAnswer encoded = await backend.RunAsync(Job("""{"input":"three","encoding_format":"base64"}""", "/v1/embeddings"), default);
        Assert.Equal(4 * vectors[1].Length, JsonDocument.Parse(encoded.Body!).RootElement.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64().Length);
    }

    [Theory]
    [InlineData(2, " one  two", 2, "length")]
    [InlineData(3, " one  two\nthree ", 3, "stop")]
    [InlineData(9, " one  two\nthree ", 3, "stop")]
    public async Task It_ends_at_the_most_tokens_that_the_request_allows(int most, string said, int tokens, string reason)
    {
        await using EchoBackend backend = Create(TimeProvider.System, 0);
        BackendAnswer answer = await backend.RunAsync(Job($$"""{"messages":[{"role":"user","content":" one  two\nthree "}],"max_tokens":{{most}}}"""), default);
        JsonElement choice = JsonDocument.Parse(answer.Body!).RootElement.GetProperty("choices")[0];
        Assert.Equal((said, reason), (choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString()));
        Assert.Equal(tokens, answer.Tokens.Completion);
    }

    [Theory]
    [InlineData("""{"prompt":[5]}""", "/v1/completions")]
    [InlineData("""{"input":[5]}""", "/v1/embeddings")]
    [InlineData("""{"input":5}""", "/v1/responses")]
    [InlineData("""{"messages":[]}""", "/v1/responses")]
    public async Task What_the_endpoint_does_not_take_is_refused(string body, string url)
    {
        await using EchoBackend backend = Create(TimeProvider.System, 0);
        Assert.Equal(400, (await backend.RunAsync(Job(body, url), default)).StatusCode);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"messages":"hello"}""")]
    [InlineData("""{"messages":[{"role":"user"}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""")]
    public async Task What_is_no_chat_request_is_refused(string body)
    {
        await using EchoBackend backend = Create(TimeProvider.System, 0);
        BackendAnswer answer = await backend.RunAsync(Job(body), default);
        Assert.Equal(400, answer.StatusCode);
        Assert.Contains("invalid_request_error", answer.Body);
    }

    [Fact]
    public async Task A_job_takes_its_delay_and_is_billed_for_it_even_when_it_is_given_up()
    {
        FakeTimeProvider time = new();
        await using EchoBackend backend = Create(time, 1000);
        using CancellationTokenSource giveUp = new();
        Task<BackendAnswer> whole = backend.RunAsync(Job("""{"messages":[{"role":"user","content":"a"}]}"""), default);
        Task<BackendAnswer> part = backend.RunAsync(Job("""{"messages":[{"role":"user","content":"a"}]}"""), giveUp.Token);
        time.Advance(TimeSpan.FromMilliseconds(400));
        await giveUp.CancelAsync();
        BackendAnswer dropped = await part;
        Assert.False(whole.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(1.0, (await whole).Seconds.Device, 6);
        Assert.True(dropped.IsDropped);
        Assert.Equal(0.4, dropped.Seconds.Device, 6);
        Assert.Equal(1.4, backend.BusySeconds, 6);
    }

    private static EchoBackend Create(TimeProvider time, int delay) =>
        new(Options.Create(new WorkerOptions { MaxRunning = 4, Echo = new EchoOptions { DelayMilliseconds = delay } }), time);

    private static BackendJob Job(string body, string url = "/v1/chat/completions") => new("1-1", Guid.Empty, "served", url, body);
}
