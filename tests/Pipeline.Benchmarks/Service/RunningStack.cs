using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Service;

/// <summary>The stack that <c>./pipeline bench</c> has started in a home of its own, as its environment describes it.</summary>
internal sealed class RunningStack : IDisposable
{
    /// <summary>The model that the echoing worker answers for.</summary>
    public const string EchoModel = "bench-echo";

    /// <summary>A model that no worker serves, and whose tokenizer the API has, so that it plans.</summary>
    public const string PlannedModel = "bench-planned";

    /// <summary>A model that no worker serves, and of which the API knows but the name.</summary>
    public const string UnplannedModel = "bench-unplanned";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly string _home = Need("PIPELINE_HOME");

    /// <param name="key">Whose key is used; the operator's if not given.</param>
    public RunningStack(string? key = null) => Http = new HttpClient
    {
        BaseAddress = new Uri(Need("PIPELINE_URL")),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key ?? Need("PIPELINE_API_KEY")) },
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public HttpClient Http { get; }

    public string Postgres { get; } = Need("PIPELINE_PG");

    public Uri RabbitMq { get; } = new(Need("PIPELINE_AMQP"));

    /// <summary>The same stack, as a new tenant sees it.</summary>
    public async Task<RunningStack> NewTenantAsync(string name, CancellationToken cancellationToken)
    {
        using JsonContent tenant = JsonContent.Create(new { name });
        string id = (await ReadAsync(await Http.PostAsync("v1/tenants", tenant, cancellationToken), cancellationToken)).GetProperty("id").GetString()!;
        using JsonContent key = JsonContent.Create(new { name });
        return new RunningStack((await ReadAsync(await Http.PostAsync($"v1/tenants/{id}/keys", key, cancellationToken), cancellationToken)).GetProperty("secret").GetString());
    }

    /// <summary>Uploads a file.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> UploadAsync(HttpContent file, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" }, { file, "file", "bench.jsonl" } };
        return (await ReadAsync(await Http.PostAsync("v1/files", form, cancellationToken), cancellationToken)).GetProperty("id").GetString()!;
    }

    /// <summary>Creates a batch.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(string fileId, CancellationToken cancellationToken)
    {
        using JsonContent body = JsonContent.Create(new { input_file_id = fileId, endpoint = "/v1/chat/completions", completion_window = "24h" });
        return (await ReadAsync(await Http.PostAsync("v1/batches", body, cancellationToken), cancellationToken)).GetProperty("id").GetString()!;
    }

    /// <summary>Waits until the batch stands where <paramref name="enough"/> says.</summary>
    public async Task<JsonElement> WaitAsync(string batchId, Func<string, bool> enough, CancellationToken cancellationToken)
    {
        while (true)
        {
            JsonElement batch = await ReadAsync(await Http.GetAsync("v1/batches/" + batchId, cancellationToken), cancellationToken);
            string status = batch.GetProperty("status").GetString()!;
            if (enough(status))
            {
                return batch;
            }

            if (status is "failed" or "expired" or "cancelled")
            {
                throw new BenchmarkException($"batch {batchId} is {status}: {batch.GetProperty("errors").GetRawText()}");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Cancels a batch and waits for its end.</summary>
    public async Task CancelAsync(string batchId, CancellationToken cancellationToken)
    {
        await BeginCancelAsync(batchId, cancellationToken);
        await WaitForCancelledAsync(batchId, cancellationToken);
    }

    /// <summary>Asks for a batch's end.</summary>
    public async Task BeginCancelAsync(string batchId, CancellationToken cancellationToken) =>
        await ReadAsync(await Http.PostAsync($"v1/batches/{batchId}/cancel", null, cancellationToken), cancellationToken);

    /// <summary>Waits until a batch is cancelled.</summary>
    public async Task WaitForCancelledAsync(string batchId, CancellationToken cancellationToken)
    {
        JsonElement batch;
        do
        {
            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
            batch = await ReadAsync(await Http.GetAsync("v1/batches/" + batchId, cancellationToken), cancellationToken);
        }
        while (batch.GetProperty("status").GetString() != "cancelled");
    }

    /// <summary>What a part of the stack holds in memory now, in bytes; and forgets what it held at most before.</summary>
    public long BeginMemory(string part)
    {
        File.WriteAllText($"/proc/{ProcessOf(part)}/clear_refs", "5");
        return Memory(part, "VmRSS");
    }

    /// <summary>What a part has held at most since <see cref="BeginMemory"/>, in bytes.</summary>
    public long MostMemory(string part) => Memory(part, "VmHWM");

    /// <summary>Processor seconds that a part has used, its children included.</summary>
    public double ProcessorSeconds(string part)
    {
        // Fields 14 to 17 of proc(5)'s stat: user and system time in hundredths, own and of ended children.
        string[] fields = File.ReadAllText($"/proc/{ProcessOf(part)}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields[11..15].Sum(field => double.Parse(field, CultureInfo.InvariantCulture)) / 100;
    }

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    private static string Need(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new BenchmarkException($"{variable} is not set: run it by ./pipeline bench, which starts a stack for it");

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            string body = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? JsonElement.Parse(body) : throw new BenchmarkException($"HTTP {(int)response.StatusCode}: {body}");
        }
    }

    private int ProcessOf(string part) => int.Parse(File.ReadAllText(Path.Combine(_home, "pids", part)).Split('\n', ' ')[0], CultureInfo.InvariantCulture);

    private long Memory(string part, string figure)
    {
        string line = File.ReadLines($"/proc/{ProcessOf(part)}/status").First(text => text.StartsWith(figure + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
