using System.Text.Json;
using Npgsql;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Contract;

/// <summary>OpenAI's contract for the lines of a batch file and what is said of bad ones, a test for each of its sentences.</summary>
public sealed class LineContractTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public Task A_line_that_is_no_JSON_is_an_invalid_json_line() => FailsAsync(
        "invalid_json_line", null, "This line is not parseable as valid JSON.",
        """{"custom_id":""");

    [Fact]
    public Task A_line_without_custom_id_misses_a_required_parameter() => FailsAsync(
        "missing_required_parameter", "custom_id", "Missing required parameter: 'custom_id'.",
        """{"method":"POST","url":"/v1/chat/completions","body":{"model":"MODEL","messages":[{}]}}""");

    [Fact]
    public Task A_line_without_method_misses_a_required_parameter() => FailsAsync(
        "missing_required_parameter", "method", "Missing required parameter: 'method'.",
        """{"custom_id":"b","url":"/v1/chat/completions","body":{"model":"MODEL","messages":[{}]}}""");

    [Fact]
    public Task A_line_without_url_misses_a_required_parameter() => FailsAsync(
        "missing_required_parameter", "url", "Missing required parameter: 'url'.",
        """{"custom_id":"b","method":"POST","body":{"model":"MODEL","messages":[{}]}}""");

    [Fact]
    public Task A_line_without_body_misses_a_required_parameter() => FailsAsync(
        "missing_required_parameter", "body", "Missing required parameter: 'body'.",
        """{"custom_id":"b","method":"POST","url":"/v1/chat/completions"}""");

    [Fact]
    public Task A_url_that_is_not_the_batchs_endpoint_is_an_invalid_url() => FailsAsync(
        "invalid_url", "url", "The URL provided for this request does not match the batch endpoint.",
        """{"custom_id":"b","method":"POST","url":"/v1/embeddings","body":{"model":"MODEL","messages":[{}]}}""");

    [Fact]
    public Task A_model_that_is_not_served_is_not_found() => FailsAsync(
        "model_not_found", "body.model", "The provided model 'gpt' is not supported by the Batch API.",
        """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt","messages":[{}]}}""");

    [Fact]
    public Task Streaming_is_unsupported() => FailsAsync(
        "streaming_unsupported", "body.stream", "Chat Completions: Streaming is not supported in the Batch API.",
        """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"MODEL","stream":true,"messages":[{}]}}""");

    [Fact]
    public Task A_body_without_a_model_is_an_invalid_request() => FailsAsync(
        "invalid_request", "body.model", "Model parameter is required.",
        """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"messages":[{}]}}""");

    [Fact]
    public Task A_chat_without_messages_is_an_invalid_request() => FailsAsync(
        "invalid_request", "body.messages", "Messages parameter is required.",
        """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"MODEL"}}""");

    [Fact]
    public Task A_custom_id_that_comes_twice_is_a_duplicate() => FailsAsync(
        "duplicate_custom_id", "custom_id", "The custom_id 'good' was already used in line 1.",
        """{"custom_id":"good","method":"POST","url":"/v1/chat/completions","body":{"model":"MODEL","messages":[{}]}}""");

    [Fact]
    public Task A_second_model_is_a_mismatched_model() => FailsAsync(
        "mismatched_model", "body.model", "The model 'OTHER' does not match 'MODEL' of an earlier line: all requests of a batch must ask for the same model.",
        """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"OTHER","messages":[{}]}}""");

    [Fact]
    public async Task Every_bad_line_is_listed_by_its_number_from_1()
    {
        ApiClient api = fixture.Require();
        string content = string.Concat(Enumerable.Range(1, 200).Select(i => (i % 2 == 0 ? "{}" : api.Line($"r{i}")) + "\n"));
        JsonElement batch = await api.SubmitAsync(content);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (int?)(i * 2)), batch.Errors().Select(e => e.Line).Distinct());
        Assert.Equal(["custom_id", "method", "url", "body"], batch.Errors().Take(4).Select(e => e.Param));
    }

    [Theory]
    [InlineData("\uFEFF", "\n")]
    [InlineData("\uFEFF", "\r\n")]
    [InlineData("", "\r\n")]
    public async Task Byte_order_marks_and_CRLF_are_harmless(string start, string end)
    {
        ApiClient api = fixture.Require();
        JsonElement batch = await api.SubmitAsync($"{start}{api.Line("a")}{end}{api.Line("b")}{end}");
        Assert.Equal("in_progress", batch.Text("status"));
        Assert.Equal(2, batch.GetProperty("request_counts").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Blank_lines_are_harmless_at_the_end_alone()
    {
        ApiClient api = fixture.Require();
        Assert.Equal("in_progress", (await api.SubmitAsync(api.Lines(2) + "\n  \r\n\n")).Text("status"));
        JsonElement batch = await api.SubmitAsync($"{api.Line("a")}\n\n \n{api.Line("b")}\n\n");
        Assert.Equal([(2, "invalid_json_line", null), (3, "invalid_json_line", null)], batch.Errors());
    }

    [Fact]
    public async Task A_batch_has_as_many_lines_as_the_limit_and_the_next_one_is_too_many_tasks()
    {
        ApiClient api = fixture.Require();
        Assert.Equal("in_progress", (await api.SubmitAsync(api.Lines(500))).Text("status"));
        JsonElement batch = await api.SubmitAsync(api.Lines(501));
        Assert.Equal([(501, "too_many_tasks", null)], batch.Errors());
        Assert.Equal(0, await CountJobsAsync(batch.Text("id")));
    }

    [Fact]
    public async Task A_file_that_is_not_there_fails_the_batch_later_not_at_once_as_an_invalid_request_of_file_id()
    {
        ApiClient api = fixture.Require();
        JsonElement created = await api.CreateAsync("file-nope");
        Assert.Equal("validating", created.Text("status"));
        JsonElement batch = await api.WaitAsync(created.Text("id"), "failed");
        JsonElement error = Assert.Single(batch.GetProperty("errors").GetProperty("data").EnumerateArray());
        Assert.Equal(("invalid_request", "file_id", "null"), (error.Text("code"), error.Text("param"), error.Raw("line")));
        Assert.StartsWith("Cannot find file file-nope, or organization ", error.Text("message"), StringComparison.Ordinal);
        Assert.EndsWith(" does not have access to it.", error.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_lines_together_embed_as_many_inputs_as_a_batch_may_have()
    {
        ApiClient api = fixture.Require();
        string full = Inputs("a", 2000), rest = Inputs("b", 1000), more = Inputs("b", 1001);
        JsonElement fits = await api.CreateAsync(await api.UploadAsync($"{full}\n{rest}"), "/v1/embeddings");
        await api.WaitAsync(fits.Text("id"), "in_progress");
        JsonElement beyond = await api.CreateAsync(await api.UploadAsync($"{full}\n{more}\n{Inputs("c", 1)}"), "/v1/embeddings");
        Assert.Equal([(2, "too_many_inputs", "body.input")], (await api.WaitAsync(beyond.Text("id"), "failed")).Errors());

        string Inputs(string id, int count) => Embedding(api, id, $"\"input\":[{string.Join(',', Enumerable.Repeat("[1,2]", count))}]");
    }

    /// <summary>Between two good lines, the bad one fails the whole batch, and is named by its number.</summary>
    private async Task FailsAsync(string code, string? param, string message, string line)
    {
        ApiClient api = fixture.Require();
        string Filled(string text) => text.Replace("MODEL", api.Model, StringComparison.Ordinal).Replace("OTHER", fixture.OtherModel, StringComparison.Ordinal);
        JsonElement batch = await api.SubmitAsync($"{api.Line("good")}\n{Filled(line)}\n{api.Line("fine")}\n");
        Assert.Equal("failed", batch.Text("status"));
        JsonElement error = Assert.Single(batch.GetProperty("errors").GetProperty("data").EnumerateArray());
        Assert.Equal(["code", "line", "message", "param"], error.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal((code, 2, Filled(message), param), (error.Text("code"), error.GetProperty("line").GetInt32(), error.Text("message"), error.TextOrNull("param")));
        Assert.Equal(0, await CountJobsAsync(batch.Text("id")));
    }

    private static string Embedding(ApiClient api, string id, string input) =>
        $$$"""{"custom_id":"{{{id}}}","method":"POST","url":"/v1/embeddings","body":{"model":"{{{api.Model}}}",{{{input}}}}}""";

    private async Task<long> CountJobsAsync(string batchId)
    {
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(
            "SELECT count(*) FROM jobs j JOIN job_bodies b ON b.job_id = j.id WHERE j.batch_id = $1");
        command.Parameters.Add(new() { Value = batchId });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
