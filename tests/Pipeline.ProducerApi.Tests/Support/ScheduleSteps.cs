using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.ProducerApi.Tests.Support;

/// <summary>What a tenant does to schedules.</summary>
internal static class ScheduleSteps
{
    /// <summary>The body of a create that the API has nothing against, with a template of two lines unless another is given.</summary>
    public static async Task<JsonObject> ScheduleBodyAsync(this ApiClient api, string? template = null) => new()
    {
        ["name"] = "nightly",
        ["cron"] = "0 2 * * *",
        ["batch"] = new JsonObject
        {
            ["input_file_id"] = await api.UploadAsync(template ?? api.Lines(2)), ["endpoint"] = ApiClient.Chat, ["completion_window"] = "24h",
        },
    };

    /// <summary>Makes a schedule.</summary>
    /// <param name="api">The tenant.</param>
    /// <param name="fields">What is to be otherwise.</param>
    /// <param name="template">The input file.</param>
    public static async Task<JsonElement> ScheduleAsync(this ApiClient api, JsonObject? fields = null, string? template = null)
    {
        JsonObject body = await api.ScheduleBodyAsync(template);
        foreach ((string name, JsonNode? value) in fields ?? [])
        {
            body[name] = value?.DeepClone();
        }

        return await api.SendAsync(HttpMethod.Post, "v1/schedules", body);
    }

    /// <summary>Waits until a run has ended: its batch made, or not.</summary>
    public static async Task<JsonElement> EndOfRunAsync(this ApiClient api, string scheduleId, string runId)
    {
        JsonElement run = default;
        await Pipeline.Testing.Eventually.HoldsAsync(async () => (run = await api.GetAsync($"v1/schedules/{scheduleId}/runs/{runId}")).Text("status") != "waiting");
        return run;
    }

    public static async Task<JsonElement> SendAsync(this ApiClient api, HttpMethod method, string path, JsonObject? body = null, string? key = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using HttpResponseMessage response = await api.Http.SendAsync(request);
        return await ApiClient.OkAsync(response);
    }
}
