using System.Text.Json;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Commands.RunBatch;

namespace Pipeline.GpuWorker.Tests.Embeddings;

/// <summary>Requests for embeddings through a real model, as the worker answers them.</summary>
public sealed class EmbeddingAnswerTests(EmbeddingFixture fixture) : IClassFixture<EmbeddingFixture>
{
    [Fact]
    public async Task The_answer_is_OpenAIs_list_with_the_tokens_it_took()
    {
        BackendAnswer answer = await fixture.RunAsync("""
            "input":["ab","c"],"user":"me"
            """);
        JsonElement body = JsonDocument.Parse(answer.Body!).RootElement;
        Assert.Equal(["object", "data", "model", "usage"], body.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("list", "m"), (body.GetProperty("object").GetString(), body.GetProperty("model").GetString()));
        Assert.Equal("""{"prompt_tokens":7,"total_tokens":7}""", body.GetProperty("usage").GetRawText());
        Assert.Equal([0, 1], body.GetProperty("data").EnumerateArray().Select(one => one.GetProperty("index").GetInt32()));
        Assert.All(body.GetProperty("data").EnumerateArray(), one => Assert.Equal("embedding", one.GetProperty("object").GetString()));
        Assert.All(EmbeddingFixture.Vectors(answer), vector => Assert.Equal((32, 1f), (vector.Length, MathF.Round(vector.Sum(value => value * value), 4))));
        Assert.Equal((7, 0, 0), (answer.Tokens.Prompt, answer.Tokens.Cached, answer.Tokens.Completion));
        Assert.Equal(answer.Seconds.Device, answer.Seconds.Prefill);
        Assert.True(answer.Seconds.Device > 0);
    }

    [Fact]
    public async Task A_text_and_its_tokens_have_the_same_vector_in_every_form_of_input()
    {
        float[] expected = EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":\"ab\"")).Single();
        foreach (string input in (string[])["[\"ab\"]", "[1000,97,98,1001]", "[[1000,97,98,1001]]"])
        {
            Assert.Equal(expected, EmbeddingFixture.Vectors(await fixture.RunAsync($"\"input\":{input}")).Single());
        }

        Assert.NotEqual(expected, EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":\"ab\",\"add_special_tokens\":false")).Single());
        Assert.Equal(
            EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":[97,98]")).Single(),
            EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":\"ab\",\"add_special_tokens\":false")).Single());
    }

    [Fact]
    public async Task Base64_holds_the_same_values_as_little_endian_float32()
    {
        float[] expected = EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":\"ab\",\"encoding_format\":\"float\"")).Single();
        BackendAnswer answer = await fixture.RunAsync("\"input\":\"ab\",\"encoding_format\":\"base64\"");
        byte[] bytes = JsonDocument.Parse(answer.Body!).RootElement.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(expected, bytes.Chunk(4).Select(value => BitConverter.Int32BitsToSingle(value[0] | (value[1] << 8) | (value[2] << 16) | (value[3] << 24))));
    }

    [Fact]
    public async Task Dimensions_cut_the_vector_where_the_model_says_that_it_may_be_cut()
    {
        float[] whole = EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":\"ab\"")).Single();
        float[] cut = EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":\"ab\",\"dimensions\":8")).Single();
        float length = MathF.Sqrt(whole[..8].Sum(value => value * value));
        Assert.Equal(whole[..8].Select(value => MathF.Round(value / length, 5)), cut.Select(value => MathF.Round(value, 5)));
        await AssertRefused("\"input\":\"ab\",\"dimensions\":9", "dimensions", "invalid_value");
    }

    [Fact]
    public async Task A_text_beyond_the_context_is_refused_with_its_length_unless_it_is_to_be_cut()
    {
        string longText = new('a', 60);
        JsonElement error = await AssertRefused($"\"input\":[\"b\",\"{longText}\"]", "input[1]", "context_length_exceeded");
        Assert.Contains("maximum context length is 40 tokens, but 'input[1]' has 62 tokens", error.GetProperty("message").GetString(), StringComparison.Ordinal);

        // The tokens around a text stay: 38 letters between them.
        float[] expected = EmbeddingFixture.Vectors(await fixture.RunAsync($"\"input\":\"{longText[..38]}\"")).Single();
        Assert.Equal(expected, EmbeddingFixture.Vectors(await fixture.RunAsync($"\"input\":\"{longText}\",\"truncate_prompt_tokens\":-1")).Single());
        float[] shorter = EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":\"aaa\"")).Single();
        Assert.Equal(shorter, EmbeddingFixture.Vectors(await fixture.RunAsync($"\"input\":\"{longText}\",\"truncate_prompt_tokens\":5")).Single());
        float[] tokens = EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":[97,98]")).Single();
        Assert.Equal(tokens, EmbeddingFixture.Vectors(await fixture.RunAsync("\"input\":[97,98,99],\"truncate_prompt_tokens\":2")).Single());
    }

    [Theory]
    [InlineData("\"messages\":[]", "input", "missing_required_parameter")]
    [InlineData("\"input\":5", "input", "invalid_type")]
    [InlineData("\"input\":[]", "input", "empty_array")]
    [InlineData("\"input\":[[]]", "input[0]", "empty_array")]
    [InlineData("\"input\":\"\"", "input", "empty_string")]
    [InlineData("\"input\":[\"a\",\"\"]", "input[1]", "empty_string")]
    [InlineData("\"input\":[\"a\",7]", "input[1]", "invalid_type")]
    [InlineData("\"input\":[1.5]", "input[0]", "invalid_type")]
    [InlineData("\"input\":[5000]", "input", "invalid_value")]
    [InlineData("\"input\":\"a\",\"encoding_format\":\"hex\"", "encoding_format", "invalid_value")]
    [InlineData("\"input\":\"a\",\"dimensions\":0", "dimensions", "integer_below_min_value")]
    [InlineData("\"input\":\"a\",\"dimensions\":16", "dimensions", "invalid_value")]
    [InlineData("\"input\":\"a\",\"truncate_prompt_tokens\":0", "truncate_prompt_tokens", "invalid_value")]
    [InlineData("\"input\":\"a\",\"truncate_prompt_tokens\":41", "truncate_prompt_tokens", "integer_above_max_value")]
    [InlineData("\"input\":\"a\",\"priority\":1", "priority", "unsupported_parameter")]
    [InlineData("\"input\":\"a\",\"temperature\":1", "temperature", "unknown_parameter")]
    public async Task What_is_not_supported_is_refused_by_name(string fields, string param, string code) => await AssertRefused(fields, param, code);

    [Fact]
    public async Task More_than_2048_inputs_are_refused() =>
        await AssertRefused($"\"input\":[{string.Join(',', Enumerable.Repeat("\"a\"", 2049))}]", "input", "array_above_max_length");

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/completions")]
    public async Task An_embedding_model_that_is_asked_for_text_says_what_it_is(string url)
    {
        JsonElement error = await AssertRefused("\"prompt\":\"a\"", "model", "model_not_supported", url);
        Assert.Equal($"The model 'm' is an embedding model: it answers /v1/embeddings, not {url}.", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Output_that_is_not_finite_fails_the_job_alone_and_is_charged()
    {
        BackendAnswer[] answers = await Task.WhenAll(fixture.RunAsync("\"input\":\"aZ\""), fixture.RunAsync("\"input\":\"ab\""));
        Assert.Equal([500, 200], answers.Select(answer => answer.StatusCode));
        Assert.Contains("not finite", answers[0].Body, StringComparison.Ordinal);
        Assert.True(answers[0].Seconds.Device > 0);
    }

    [Fact]
    public async Task A_job_that_is_given_up_has_no_answer() =>
        Assert.True((await fixture.RunAsync("\"input\":\"ab\"", cancellationToken: new CancellationToken(canceled: true))).IsDropped);

    [Fact]
    public async Task Run_batch_answers_a_file_of_embeddings()
    {
        string[] lines = [.. Enumerable.Range(0, 20).Select(i =>
            $$$"""{"custom_id":"{{{i}}}","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"text {{{i}}}"}}""")];
        StringWriter output = new();
        BatchRunner runner = new(fixture.Model.RunAsync, "m", 8, TimeProvider.System);
        await runner.RunAsync(new StringReader(string.Join('\n', lines)), output, TextWriter.Null, default);
        JsonElement[] answers = [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), answers.Select(answer => answer.GetProperty("custom_id").GetString()));
        Assert.All(answers, answer => Assert.Equal(32, answer.GetProperty("response").GetProperty("body").GetProperty("data")[0].GetProperty("embedding").GetArrayLength()));
    }

    private async Task<JsonElement> AssertRefused(string fields, string param, string code, string url = "/v1/embeddings")
    {
        BackendAnswer answer = await fixture.RunAsync(fields, url);
        JsonElement error = JsonDocument.Parse(answer.Body!).RootElement.GetProperty("error");
        Assert.Equal((400, "invalid_request_error", param, code), (answer.StatusCode, error.GetProperty("type").GetString(), error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        return error;
    }
}
