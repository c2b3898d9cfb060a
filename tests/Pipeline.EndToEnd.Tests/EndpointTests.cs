#pragma warning disable OPENAI001 // The client calls its part for responses an evaluation; it is what people use.
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI.Chat;
using OpenAI.Responses;
using Pipeline.EndToEnd.Tests.Support;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Chats, completions and responses through the whole stack: each is answered in the form of its endpoint.</summary>
public sealed class EndpointTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Completions_and_responses_are_answered_in_their_form()
    {
        await using RunningStack stack = await RunningStack.StartAsync();
        await stack.StartWorker().ReadyAsync();
        using HttpClient client = stack.Client();

        JsonElement batch = await client.EndOfBatchAsync(
            await client.SubmitRequestsAsync(
                "/v1/completions", [new { model = stack.Model, prompt = new[] { "one two", "three" } }, new { model = stack.Model, prompt = "four" }]), Patience);
        JsonElement[] bodies = await BodiesAsync(client, batch);
        Assert.Equal(["one two|three", "four"], bodies.Select(body => string.Join('|', body.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()))));
        Assert.All(bodies, body => Assert.Equal("text_completion", body.GetProperty("object").GetString()));
        Assert.Equal((4, 4), UsageOf(batch));

        batch = await client.EndOfBatchAsync(
            await client.SubmitRequestsAsync(
                "/v1/responses", [new { model = stack.Model, input = "say this" }, new { model = stack.Model, input = new[] { new { role = "user", content = "and that" } } }]), Patience);
        bodies = await BodiesAsync(client, batch);
        Assert.Equal(["say this", "and that"], bodies.Select(body => Read<ResponseResult>(body).GetOutputText()));
        Assert.Equal((4, 4), UsageOf(batch));
    }

    [Fact]
    public async Task The_model_that_ships_answers_all_of_them_and_the_batch_sums_their_tokens()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Programs.ShippedModel, "config.json")), $"There is no model in {Programs.ShippedModel}.");
        await using RunningStack stack = await RunningStack.StartAsync(
            ("Pipeline:Worker:Backend", "local"), ("Pipeline:Worker:ModelDirectory", Programs.ShippedModel), ("Pipeline:ModelDirectories:0", Programs.ShippedModel));
        await stack.StartWorker().ReadyAsync();
        using HttpClient client = stack.Client();
        string model = stack.Model;

        JsonElement batch = await client.EndOfBatchAsync(
            await client.SubmitRequestsAsync(
                "/v1/chat/completions",
                [new { model, messages = new[] { new { role = "user", content = "Extract the total from this receipt as JSON.\n\nTOTAL 5.00" } }, max_tokens = 9, temperature = 0 },
                new { model, messages = new[] { new { role = "user", content = "a" } }, tools = new[] { new { type = "function", function = new { name = "f" } } } }]),
            Patience);
        ChatCompletion chat = Read<ChatCompletion>(Assert.Single(await BodiesAsync(client, batch)));
        Assert.InRange(chat.Usage.OutputTokenCount, 1, 9);
        Assert.NotEqual("", chat.Content[0].Text);
        Assert.Equal((chat.Usage.InputTokenCount, chat.Usage.OutputTokenCount), UsageOf(batch));
        // The model's template has no place for tools.
        JsonElement refused = Assert.Single(await client.LinesAsync(batch, "error_file_id")).GetProperty("response");
        Assert.Equal((400, "tools"), (refused.GetProperty("status_code").GetInt32(), refused.GetProperty("body").GetProperty("error").GetProperty("param").GetString()));

        batch = await client.EndOfBatchAsync(
            await client.SubmitRequestsAsync("/v1/completions", [new { model, prompt = new[] { "TOTAL", "DATE" }, max_tokens = 4, temperature = 0 }]), Patience);
        JsonElement completion = Assert.Single(await BodiesAsync(client, batch));
        Assert.Equal([0, 1], completion.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        JsonElement usage = completion.GetProperty("usage");
        Assert.Equal((usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()), UsageOf(batch));

        batch = await client.EndOfBatchAsync(
            await client.SubmitRequestsAsync("/v1/responses", [new { model, instructions = "Extract.", input = "TOTAL 5.00", max_output_tokens = 2, temperature = 0 }]), Patience);
        ResponseResult response = Read<ResponseResult>(Assert.Single(await BodiesAsync(client, batch)));
        Assert.Equal((ResponseStatus.Incomplete, 2), (response.Status, response.Usage.OutputTokenCount));
        Assert.Equal((response.Usage.InputTokenCount, response.Usage.OutputTokenCount), UsageOf(batch));
    }

    private static async Task<JsonElement[]> BodiesAsync(HttpClient client, JsonElement batch)
    {
        Assert.Equal("completed", batch.GetProperty("status").GetString());
        return [.. (await client.LinesAsync(batch, "output_file_id")).Select(line => line.GetProperty("response").GetProperty("body"))];
    }

    private static (int Input, int Output) UsageOf(JsonElement batch) =>
        (batch.GetProperty("usage").GetProperty("input_tokens").GetInt32(), batch.GetProperty("usage").GetProperty("output_tokens").GetInt32());

    private static T Read<T>(JsonElement body)
        where T : IPersistableModel<T> => ModelReaderWriter.Read<T>(BinaryData.FromString(body.GetRawText()))!;
}
