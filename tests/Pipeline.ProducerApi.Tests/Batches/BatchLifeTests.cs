using System.Globalization;
using System.Text.Json;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class BatchLifeTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"é \"x\""},"finish_reason":"stop"}]}""";
    private const string Refusal = """{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""";

    [Fact]
    public async Task A_body_with_line_ends_stays_one_line()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(1))).Text("id");
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, "{\r\n  \"a\": \"b\\nc\"\n}"));
        JsonElement batch = await api.WaitAsync(id, "completed");
        JsonElement line = Assert.Single(await api.LinesOfAsync(batch.Text("output_file_id")));
        Assert.Equal("b\nc", line.GetProperty("response").GetProperty("body").Text("a"));
    }

    [Fact]
    public async Task The_cost_of_a_batch_is_the_sum_of_its_ledger()
    {
        ApiClient api = fixture.Require();
        string id = (await api.SubmitAsync(api.Lines(4))).Text("id");
        Assert.Equal(0, (await api.GetAsync($"v1/batches/{id}/cost")).GetProperty("attempts").GetInt32());
        await fixture.NewWorker().AnswerAllAsync(id, job => job.Id % 4 == 0 ? (500, Refusal) : (200, Answer));
        JsonElement cost = await api.GetAsync($"v1/batches/{id}/cost");
        // Four attempts of 3 device-seconds at 1200 an hour.
        Assert.Equal(4m, cost.GetProperty("cost").GetDecimal());
        Assert.Equal("USD", cost.Text("currency"));
        Assert.Equal((4, 4), (cost.GetProperty("attempts").GetInt32(), cost.GetProperty("jobs").GetInt32()));
        Assert.Equal((40, 16, 20), (cost.GetProperty("prompt_tokens").GetInt32(), cost.GetProperty("cached_tokens").GetInt32(), cost.GetProperty("completion_tokens").GetInt32()));
        Assert.Equal((12, 8), (cost.GetProperty("drafted_tokens").GetInt32(), cost.GetProperty("accepted_tokens").GetInt32()));
        Assert.Equal((2d / 3, 1.5), (cost.GetProperty("acceptance_rate").GetDouble(), cost.GetProperty("guessing_gain").GetDouble()));
        Assert.Equal("12 2 4 8", string.Join(' ', new[] { "device_seconds", "queue_seconds", "prefill_seconds", "decode_seconds" }
            .Select(name => cost.GetProperty(name).GetDouble().ToString(CultureInfo.InvariantCulture))));
        Assert.Equal("""{"completed":3,"failed":1}""", cost.Raw("outcomes"));
    }

    [Fact]
    public async Task Two_finalizers_write_one_file()
    {
        ApiClient api = fixture.Require();
        // A second API process on the same database.
        string id = (await api.SubmitAsync(api.Lines(100))).Text("id");
        await using ApiProcessDouble second = await ApiProcessDouble.StartAsync(fixture);
        await fixture.NewWorker().AnswerAllAsync(id, _ => (200, Answer));
        await api.WaitAsync(id, "completed");
        await Task.Delay(500);
        JsonElement files = await api.GetAsync("v1/files?purpose=batch_output");
        Assert.Single(files.GetProperty("data").EnumerateArray(), file => file.Text("filename").StartsWith(id, StringComparison.Ordinal));
    }
}
