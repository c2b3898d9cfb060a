using System.Text;
using System.Text.Json;
using Pipeline.Data.Claims;

namespace Pipeline.ProducerApi.Tests.Support;

/// <summary>Documents in the words of the tests.</summary>
internal static class DocumentSteps
{
    /// <summary>Posts files and fields; the prompt is <c>Summarize.</c> and the model the client's unless the fields say otherwise.</summary>
    public static Task<HttpResponseMessage> PostDocumentsAsync(
        this ApiClient api, IEnumerable<(string Name, byte[] Content)> files, string? key = null, params (string Name, string Value)[] fields)
    {
        MultipartFormDataContent form = [];
        foreach ((string name, string value) in new[] { ("prompt", "Summarize."), ("model", api.Model) }.Where(field => fields.All(given => given.Name != field.Item1)).Concat(fields))
        {
            form.Add(new StringContent(value), name);
        }

        foreach ((string name, byte[] content) in files)
        {
            form.Add(new ByteArrayContent(content), "files", name);
        }

        HttpRequestMessage request = new(HttpMethod.Post, "v1/documents") { Content = form };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return api.Http.SendAsync(request);
    }

    public static async Task<JsonElement> SubmitDocumentsAsync(this ApiClient api, IEnumerable<(string Name, byte[] Content)> files, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage response = await api.PostDocumentsAsync(files, null, fields);
        return await ApiClient.OkAsync(response);
    }

    /// <summary>Submits texts and waits until their batch runs.</summary>
    /// <returns>The batch's id.</returns>
    public static async Task<string> StartDocumentsAsync(this ApiClient api, IEnumerable<(string Name, string Text)> texts, params (string Name, string Value)[] fields)
    {
        JsonElement set = await api.SubmitDocumentsAsync(texts.Select(text => (text.Name, Encoding.UTF8.GetBytes(text.Text))), fields);
        JsonElement batch = await api.WaitAsync(set.Text("id"), status => status != "validating");
        Assert.Equal("in_progress", batch.Text("status"));
        return batch.Text("id");
    }

    /// <summary>The results as JSON Lines.</summary>
    public static async Task<JsonElement[]> DocumentLinesAsync(this ApiClient api, string id)
    {
        string content = await api.Http.GetStringAsync($"v1/documents/{id}/results");
        return [.. content.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>What a job asks: the content of its one message.</summary>
    public static string Asked(this ClaimedJob job) => JsonElement.Parse(job.Body).GetProperty("messages")[0].Text("content");

    /// <summary>A chat's answer.</summary>
    public static string Answer(string content) => JsonSerializer.Serialize(new { choices = new[] { new { message = new { role = "assistant", content }, finish_reason = "stop" } } });
}
