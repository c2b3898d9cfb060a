using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class BatchValidationTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    public static TheoryData<string, string, string?> BadLines => new()
    {
        { "not json", "invalid_json_line", null },
        { """["array"]""", "invalid_json_line", null },
        { """{"custom_id":"b","method":"POST"} trailing""", "invalid_json_line", null },
        { """{"custom_id":"b","method":"POST",}""", "invalid_json_line", null },
        { """{"\ud800":1}""", "invalid_json_line", null },
        { """{"method":"POST","url":"/v1/chat/completions","body":BODY}""", "missing_required_parameter", "custom_id" },
        { """{"custom_id":null,"method":"POST","url":"/v1/chat/completions","body":BODY}""", "missing_required_parameter", "custom_id" },
        { """{"custom_id":"","method":"POST","url":"/v1/chat/completions","body":BODY}""", "missing_required_parameter", "custom_id" },
        { """{"custom_id":"b","url":"/v1/chat/completions","body":BODY}""", "missing_required_parameter", "method" },
        { """{"custom_id":"b","method":"POST","body":BODY}""", "missing_required_parameter", "url" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions"}""", "missing_required_parameter", "body" },
        { """{"custom_id":7,"method":"POST","url":"/v1/chat/completions","body":BODY}""", "invalid_type", "custom_id" },
        { """{"custom_id":"\u0000","method":"POST","url":"/v1/chat/completions","body":BODY}""", "invalid_value", "custom_id" },
        { """{"custom_id":"\ud800","method":"POST","url":"/v1/chat/completions","body":BODY}""", "invalid_value", "custom_id" },
        { """{"custom_id":"good","method":"POST","url":"/v1/chat/completions","body":BODY}""", "duplicate_custom_id", "custom_id" },
        { """{"custom_id":"b","method":"GET","url":"/v1/chat/completions","body":BODY}""", "invalid_method", "method" },
        { """{"custom_id":"b","method":"POST","url":"/v1/embeddings","body":BODY}""", "invalid_url", "url" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":"text"}""", "invalid_type", "body" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"messages":[{}]}}""", "invalid_request", "body.model" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":4,"messages":[{}]}}""", "invalid_type", "body.model" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt","messages":[{}]}}""", "model_not_found", "body.model" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"\u0000\ud800","messages":[{}]}}""", "model_not_found", "body.model" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"OTHER","messages":[{}]}}""", "mismatched_model", "body.model" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"MODEL"}}""", "invalid_request", "body.messages" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"MODEL","messages":[]}}""", "empty_array", "body.messages" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"MODEL","messages":"hi"}}""", "invalid_type", "body.messages" },
        { """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"stream":true,"model":"MODEL","messages":[{}]}}""", "streaming_unsupported", "body.stream" },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public async Task One_bad_line_fails_the_batch_and_is_named_by_its_number(string line, string code, string? param)
    {
        ApiClient api = fixture.Require();
        string bad = line
            .Replace("BODY", $$"""{"model":"{{api.Model}}","messages":[{"role":"user","content":"x"}]}""", StringComparison.Ordinal)
            .Replace("MODEL", api.Model, StringComparison.Ordinal)
            .Replace("OTHER", fixture.OtherModel, StringComparison.Ordinal);
        JsonElement batch = await api.SubmitAsync($"{api.Line("good")}\n{bad}\n{api.Line("fine")}\n");
        Assert.Equal("failed", batch.Text("status"));
        Assert.Equal([(2, code, param)], batch.Errors());
        Assert.NotEqual("null", batch.Raw("failed_at"));
        Assert.Equal("list", batch.GetProperty("errors").Text("object"));
        Assert.Equal("""{"total":0,"completed":0,"failed":0}""", batch.Raw("request_counts"));
        Assert.Equal(0, await CountJobsAsync(batch.Text("id")));
    }

    [Fact]
    public async Task A_line_of_invalid_UTF_8_is_named()
    {
        ApiClient api = fixture.Require();
        byte[] good = Encoding.UTF8.GetBytes(api.Line("a") + "\n");
        byte[] bad = [.. Encoding.UTF8.GetBytes(api.Line("b"))];
        bad[Array.LastIndexOf(bad, (byte)'h')] = 0xFF;
        JsonElement batch = await api.SubmitAsync([.. good, .. bad]);
        Assert.Equal([(2, "invalid_json_line", null)], batch.Errors());
    }

    [Fact]
    public async Task A_last_line_needs_no_end()
    {
        ApiClient api = fixture.Require();
        Assert.Equal("in_progress", (await api.SubmitAsync(api.Line("only"))).Text("status"));
    }

    [Fact]
    public async Task A_line_over_the_limit_is_named_and_the_next_ones_are_still_read()
    {
        ApiClient api = fixture.Require();
        JsonElement batch = await api.SubmitAsync($"{api.Line("a")}\n{api.Line("b", new string('x', 1_000_000))}\n{api.Line("c", new string('x', 190_000))}\n{{}}");
        Assert.Equal([(2, "line_too_long"), (4, "missing_required_parameter")], batch.Errors().Select(e => (e.Line, e.Code)).Distinct());
    }

    [Theory]
    [InlineData("/v1/completions", """{"model":"MODEL"}""", "invalid_request", "body.prompt", "Prompt parameter is required.")]
    [InlineData("/v1/completions", """{"model":"MODEL","prompt":null}""", "invalid_request", "body.prompt", "Prompt parameter is required.")]
    [InlineData("/v1/completions", """{"model":"MODEL","prompt":[]}""", "empty_array", "body.prompt", "Invalid 'prompt': empty array. Expected an array with minimum length 1, but got an empty array instead.")]
    [InlineData("/v1/completions", """{"model":"MODEL","prompt":{}}""", "invalid_type", "body.prompt", "Invalid type for 'body.prompt': expected a string, an array of strings or an array of tokens.")]
    [InlineData("/v1/completions", """{"model":"MODEL","prompt":"a","stream":true}""", "streaming_unsupported", "body.stream", "Completions: Streaming is not supported in the Batch API.")]
    [InlineData("/v1/responses", """{"model":"MODEL"}""", "invalid_request", "body.input", "Input parameter is required.")]
    [InlineData("/v1/responses", """{"model":"MODEL","input":[]}""", "empty_array", "body.input", "Invalid 'input': empty array. Expected an array with minimum length 1, but got an empty array instead.")]
    [InlineData("/v1/responses", """{"model":"MODEL","input":5}""", "invalid_type", "body.input", "Invalid type for 'body.input': expected a string or an array of objects.")]
    [InlineData("/v1/responses", """{"model":"MODEL","input":"a","stream":true}""", "streaming_unsupported", "body.stream", "Responses: Streaming is not supported in the Batch API.")]
    public async Task Each_endpoint_wants_what_its_requests_are_about(string endpoint, string body, string code, string param, string message)
    {
        ApiClient api = fixture.Require();
        string asked = body.Replace("MODEL", api.Model, StringComparison.Ordinal);
        string line = $$"""{"custom_id":"a","method":"POST","url":"{{endpoint}}","body":{{asked}} }""";
        JsonElement created = await api.CreateAsync(await api.UploadAsync(line), endpoint);
        JsonElement batch = await api.WaitAsync(created.Text("id"), "failed");
        Assert.Equal([(1, code, param)], batch.Errors());
        Assert.Equal(message, batch.GetProperty("errors").GetProperty("data")[0].Text("message"));
    }

    [Theory]
    [InlineData("/v1/completions", """ "prompt":"a" """)]
    [InlineData("/v1/completions", """ "prompt":["a",[1,2]] """)]
    [InlineData("/v1/embeddings", """ "input":["a",[1,2]],"encoding_format":"base64" """)]
    [InlineData("/v1/responses", """ "input":"a" """)]
    [InlineData("/v1/responses", """ "input":[{"role":"user","content":"a"}],"store":false """)]
    public async Task Completions_responses_and_embeddings_are_queued(string endpoint, string more)
    {
        ApiClient api = fixture.Require();
        string line = $$"""{"custom_id":"a","method":"POST","url":"{{endpoint}}","body":{"model":"{{api.Model}}",{{more}} } }""";
        JsonElement created = await api.CreateAsync(await api.UploadAsync(line), endpoint);
        Assert.Equal(1, (await api.WaitAsync(created.Text("id"), "in_progress")).GetProperty("request_counts").GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData(""" "x":1 """, "invalid_request")]
    [InlineData(""" "input":7 """, "invalid_type")]
    [InlineData(""" "input":[] """, "empty_array")]
    [InlineData(""" "input":[MANY] """, "array_above_max_length")]
    public async Task What_is_to_be_embedded_must_be_there(string input, string code)
    {
        ApiClient api = fixture.Require();
        string body = input.Replace("MANY", string.Join(',', Enumerable.Repeat("\"a\"", 2049)), StringComparison.Ordinal);
        JsonElement created = await api.CreateAsync(await api.UploadAsync(Embedding(api, "a", "\"input\":\"a\"") + "\n" + Embedding(api, "b", body)), "/v1/embeddings");
        Assert.Equal([(2, code, "body.input")], (await api.WaitAsync(created.Text("id"), "failed")).Errors());
    }

    [Fact]
    public async Task An_endpoint_that_no_model_answers_fails_the_batch_before_its_lines_are_queued()
    {
        ApiClient api = fixture.Require();
        JsonElement created = await api.CreateAsync(await api.UploadAsync(api.Lines(1)), "/v1/moderations");
        Assert.Equal([(null, "unsupported_endpoint", "endpoint")], (await api.WaitAsync(created.Text("id"), "failed")).Errors());
    }

    [Fact]
    public async Task A_valid_batch_becomes_jobs_in_line_order_in_slices_of_64()
    {
        ApiClient api = fixture.Require();
        JsonElement batch = await api.SubmitAsync(api.Lines(130));
        Assert.Equal("in_progress", batch.Text("status"));
        Assert.Equal(api.Model, batch.Text("model"));
        Assert.Equal("""{"total":130,"completed":0,"failed":0}""", batch.Raw("request_counts"));
        Assert.NotEqual("null", batch.Raw("in_progress_at"));
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(
            """
            SELECT s.job_count, s.tenant_id, s.deadline, array_agg(b.custom_id ORDER BY j.id), array_agg(j.line ORDER BY j.id), min(b.url), min(b.body)
            FROM slices s JOIN jobs j ON j.slice_id = s.id JOIN job_bodies b ON b.job_id = j.id
            WHERE s.batch_id = $1 GROUP BY s.id ORDER BY s.id
            """);
        command.Parameters.Add(new() { Value = batch.Text("id") });
        List<int> lines = [];
        List<int> counts = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            counts.Add(reader.GetInt32(0));
            Assert.Equal(api.TenantId, reader.GetGuid(1));
            Assert.Equal(batch.GetProperty("expires_at").GetInt64(), reader.GetFieldValue<DateTimeOffset>(2).ToUnixTimeSeconds());
            int[] slice = reader.GetFieldValue<int[]>(4);
            Assert.Equal(slice.Select(line => $"r{line}"), reader.GetFieldValue<string[]>(3));
            lines.AddRange(slice);
            Assert.Equal(ApiClient.Chat, reader.GetString(5));
            Assert.Equal(JsonElement.Parse(api.Line("r1")).Raw("body"), reader.GetString(6));
        }

        Assert.Equal([64, 64, 2], counts);
        Assert.Equal(Enumerable.Range(1, 130), lines);
    }

    [Fact]
    public async Task Long_bodies_end_a_slice_early_and_none_is_lost()
    {
        ApiClient api = fixture.Require();
        string content = string.Concat(Enumerable.Range(1, 15).Select(i => api.Line($"r{i}", new string('x', 120_000)) + "\n"));
        JsonElement batch = await api.SubmitAsync(content);
        Assert.Equal(15, batch.GetProperty("request_counts").GetProperty("total").GetInt32());
        Assert.Equal(15, await CountJobsAsync(batch.Text("id")));
    }

    [Fact]
    public async Task A_batch_left_in_validation_is_picked_up_though_nobody_told()
    {
        ApiClient api = fixture.Require();
        string file = await api.UploadAsync(api.Lines(1));
        string id = "batch_left" + Guid.NewGuid().ToString("N");
        // The row alone, without its notification: what a process leaves that dies in between.
        await InsertAsync(api, id, file, notify: false);
        await api.WaitAsync(id, "in_progress");
    }

    [Fact]
    public async Task A_batch_that_another_process_validates_is_left_to_it()
    {
        ApiClient api = fixture.Require();
        string file = await api.UploadAsync(api.Lines(1));
        string id = "batch_held" + Guid.NewGuid().ToString("N");
        await using NpgsqlConnection other = await fixture.Database.DataSource.OpenConnectionAsync();
        await using (NpgsqlTransaction transaction = await other.BeginTransactionAsync())
        {
            await using NpgsqlCommand hold = new("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", other) { Parameters = { new() { Value = id } } };
            await hold.ExecuteNonQueryAsync();
            await InsertAsync(api, id, file, notify: true);
            // Another batch, created later, is validated meanwhile; the held one is not.
            await api.SubmitAsync(api.Lines(1));
            Assert.Equal("validating", (await api.GetAsync("v1/batches/" + id)).Text("status"));
        }

        await api.WaitAsync(id, "in_progress");
        Assert.Equal(1, await CountJobsAsync(id));
    }

    private async Task InsertAsync(ApiClient api, string id, string file, bool notify)
    {
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(
            """
            WITH inserted AS (
                INSERT INTO batches (id, tenant_id, endpoint, input_file_id, completion_window, priority, status, total, completed, failed, remaining,
                    prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, created_at, expires_at)
                VALUES ($1, $2, $3, $4, '24h', 0, 'validating', 0, 0, 0, 0, 0, 0, 0, 0, now(), now() + interval '1 day') RETURNING id)
            SELECT CASE WHEN $6 THEN pg_notify($5, id) END FROM inserted
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = api.TenantId });
        command.Parameters.Add(new() { Value = ApiClient.Chat });
        command.Parameters.Add(new() { Value = file });
        command.Parameters.Add(new() { Value = NotificationChannels.Validation });
        command.Parameters.Add(new() { Value = notify });
        await command.ExecuteNonQueryAsync();
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
