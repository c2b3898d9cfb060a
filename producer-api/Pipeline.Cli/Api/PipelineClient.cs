using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipeline.Cli.Api;

/// <summary>A thin client of the public API.</summary>
internal sealed class PipelineClient : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly HttpClient _http;

    public PipelineClient(ApiSettings settings)
    {
        // Uploads and downloads take as long as they take; a silent server is what the connect timeout is for.
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = settings.Url,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", settings.Key);
    }

    public async Task<string> UploadAsync(HttpContent content, string filename, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = [];
        form.Add(new StringContent("batch"), "purpose");
        form.Add(content, "file", filename);
        return (await SendAsync<FileView>(HttpMethod.Post, "v1/files", form, cancellationToken)).Id;
    }

    public Task<BatchView> CreateBatchAsync(string fileId, string endpoint, decimal? maxCost, CancellationToken cancellationToken) => SendAsync<BatchView>(
        HttpMethod.Post,
        "v1/batches",
        JsonContent.Create(new { input_file_id = fileId, endpoint, completion_window = "24h", max_cost = maxCost }),
        cancellationToken);

    /// <summary>What such a batch would cost.</summary>
    public Task<EstimateReplyView> EstimateAsync(string fileId, string endpoint, decimal? maxCost, CancellationToken cancellationToken) => SendAsync<EstimateReplyView>(
        HttpMethod.Post,
        "v1/batches/estimate",
        JsonContent.Create(new { input_file_id = fileId, endpoint, completion_window = "24h", max_cost = maxCost }),
        cancellationToken);

    public Task<FileView> DeleteFileAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<FileView>(HttpMethod.Delete, $"v1/files/{Uri.EscapeDataString(id)}", null, cancellationToken);

    public Task<BatchView> GetBatchAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<BatchView>(HttpMethod.Get, $"v1/batches/{Uri.EscapeDataString(id)}", null, cancellationToken);

    public Task<BatchView> CancelBatchAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<BatchView>(HttpMethod.Post, $"v1/batches/{Uri.EscapeDataString(id)}/cancel", null, cancellationToken);

    public Task<BatchView> RetryBatchAsync(string id, decimal? maxCost, CancellationToken cancellationToken) => SendAsync<BatchView>(
        HttpMethod.Post,
        $"v1/batches/{Uri.EscapeDataString(id)}/retry",
        maxCost is null ? null : JsonContent.Create(new { max_cost = maxCost }),
        cancellationToken);

    /// <summary>How far a batch is, now and at every change; ends with the batch, or when the connection does.</summary>
    public async IAsyncEnumerable<ProgressView> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"v1/batches/{Uri.EscapeDataString(id)}/events", null, cancellationToken);
        await using Stream content = await response.Content.ReadAsStreamAsync(cancellationToken);
        SseParser<ProgressView> events = SseParser.Create(content, (_, data) => JsonSerializer.Deserialize<ProgressView>(data, Json)!);
        await foreach (SseItem<ProgressView> item in events.EnumerateAsync(cancellationToken))
        {
            yield return item.Data;
        }
    }

    /// <summary>The results of a batch after a cursor, a line each, until it has ended; the caller disposes it.</summary>
    public async Task<Stream> OpenResultsAsync(string id, string after, bool withInput, CancellationToken cancellationToken)
    {
        string path = $"v1/batches/{Uri.EscapeDataString(id)}/results?follow=true&after={Uri.EscapeDataString(after)}{(withInput ? "&include=input" : "")}";
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null, cancellationToken, accept: "application/x-ndjson");
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    public Task<CostView> GetCostAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<CostView>(HttpMethod.Get, $"v1/batches/{Uri.EscapeDataString(id)}/cost", null, cancellationToken);

    public Task<BudgetView> GetBudgetAsync(CancellationToken cancellationToken) =>
        SendAsync<BudgetView>(HttpMethod.Get, "v1/usage/budget", null, cancellationToken);

    /// <summary>Submits documents with what is asked of them, fields and files in one form.</summary>
    public Task<DocumentSetView> SubmitDocumentsAsync(MultipartFormDataContent form, CancellationToken cancellationToken) =>
        SendAsync<DocumentSetView>(HttpMethod.Post, "v1/documents", form, cancellationToken);

    /// <summary>The documents of a batch; <see langword="null"/> for one that was not submitted as documents, or whose documents the key may not see.</summary>
    public async Task<DocumentSetView?> FindDocumentSetAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync<DocumentSetView>(HttpMethod.Get, $"v1/documents/{Uri.EscapeDataString(id)}", null, cancellationToken);
        }
        catch (RefusedException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    /// <summary>The results of documents, <c>jsonl</c> or <c>csv</c>; the caller disposes it.</summary>
    public async Task<Stream> OpenDocumentResultsAsync(string id, string format, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendAsync(
            HttpMethod.Get, $"v1/documents/{Uri.EscapeDataString(id)}/results?format={format}", null, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    public Task<ModelsView> GetModelsAsync(CancellationToken cancellationToken) =>
        SendAsync<ModelsView>(HttpMethod.Get, "v1/models", null, cancellationToken);

    public Task<ScheduleView> CreateScheduleAsync(object schedule, CancellationToken cancellationToken) =>
        SendAsync<ScheduleView>(HttpMethod.Post, "v1/schedules", JsonContent.Create(schedule), cancellationToken);

    /// <summary>Pauses or resumes a schedule.</summary>
    public Task<ScheduleView> ChangeScheduleAsync(string id, string change, CancellationToken cancellationToken) =>
        SendAsync<ScheduleView>(HttpMethod.Post, $"v1/schedules/{Uri.EscapeDataString(id)}/{change}", null, cancellationToken);

    public Task DeleteScheduleAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Delete, $"v1/schedules/{Uri.EscapeDataString(id)}", null, cancellationToken);

    public Task<ScheduleRunView> RunScheduleAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<ScheduleRunView>(HttpMethod.Post, $"v1/schedules/{Uri.EscapeDataString(id)}/run", null, cancellationToken);

    public Task<ScheduleRunView> GetScheduleRunAsync(string id, string runId, CancellationToken cancellationToken) =>
        SendAsync<ScheduleRunView>(HttpMethod.Get, $"v1/schedules/{Uri.EscapeDataString(id)}/runs/{Uri.EscapeDataString(runId)}", null, cancellationToken);

    public Task<KeyView> CreateKeyAsync(object key, CancellationToken cancellationToken) =>
        SendAsync<KeyView>(HttpMethod.Post, "v1/keys", JsonContent.Create(key), cancellationToken);

    public Task<KeyView> RotateKeyAsync(string id, int graceSeconds, CancellationToken cancellationToken) => SendAsync<KeyView>(
        HttpMethod.Post, $"v1/keys/{Uri.EscapeDataString(id)}/rotate", JsonContent.Create(new { grace_seconds = graceSeconds }), cancellationToken);

    public Task<KeyView> RevokeKeyAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<KeyView>(HttpMethod.Delete, $"v1/keys/{Uri.EscapeDataString(id)}", null, cancellationToken);

    /// <summary>All that a path lists, page by page.</summary>
    public async IAsyncEnumerable<T> ListAsync<T>(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string after = "";
        PageView<T> page;
        do
        {
            page = await SendAsync<PageView<T>>(HttpMethod.Get, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=100{after}", null, cancellationToken);
            foreach (T item in page.Data)
            {
                yield return item;
            }

            after = "&after=" + Uri.EscapeDataString(page.LastId ?? "");
        }
        while (page.HasMore);
    }

    /// <summary>The model that is served first.</summary>
    public async Task<string> FirstModelAsync(CancellationToken cancellationToken)
    {
        ModelsView models = await GetModelsAsync(cancellationToken);
        return models.Data.Count > 0 ? models.Data[0].Id : throw new CliException(ExitCodes.Api, "the API serves no model");
    }

    /// <summary>The content of a file; the caller disposes it.</summary>
    public async Task<Stream> OpenFileAsync(string id, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"v1/files/{Uri.EscapeDataString(id)}/content", null, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(method, path, content, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new CliException(ExitCodes.Api, $"{_http.BaseAddress} does not answer as the Pipeline API does");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, string accept = "*/*")
    {
        using HttpRequestMessage request = new(method, path) { Content = content, Headers = { { "Accept", accept } } };
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new UnreachableException($"{_http.BaseAddress} cannot be reached: {e.Message}");
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            string message = $"HTTP {(int)response.StatusCode}: {await MessageAsync(response, cancellationToken)}";
            throw (int)response.StatusCode >= 500 ? new UnreachableException(message)
                : new RefusedException(response.StatusCode, message);
        }
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("error").GetProperty("message").GetString() ?? body;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not our API's error shape: a proxy's page, perhaps.
            return body.Length > 200 ? body[..200] : body;
        }
    }
}

/// <summary>The API did not answer, or not well; another try may fare better.</summary>
internal sealed class UnreachableException(string message) : Exception(message);

/// <summary>The API refused.</summary>
internal sealed class RefusedException(HttpStatusCode status, string message) : CliException(ExitCodes.Api, message)
{
    public HttpStatusCode Status => status;
}
