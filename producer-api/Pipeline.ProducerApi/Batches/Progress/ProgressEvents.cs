using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pipeline.Data.Batches;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Batches.Progress;

/// <summary>
/// Server-sent events of a batch: <c>progress</c> now and at every change, <c>end</c> when it has ended, which is the last one;
/// a comment where nothing happens, so that nobody between here and there takes the connection for dead.
/// </summary>
internal sealed class ProgressEvents(ProgressFeed feed, TimeProvider time, IOptions<JsonOptions> json, IOptions<ApiOptions> options)
{
    private static readonly byte[] Heartbeat = ": nothing new\n\n"u8.ToArray();

    public async Task WriteAsync(HttpContext context, string batchId)
    {
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        // For proxies such as nginx, which would hold events back.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        TimeSpan patience = TimeSpan.FromSeconds(options.Value.HeartbeatSeconds);
        await foreach (BatchProgress? progress in feed.FollowAsync(batchId, patience, context.RequestAborted))
        {
            await response.Body.WriteAsync(progress is null ? Heartbeat : Event(progress), context.RequestAborted);
            await response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private byte[] Event(BatchProgress progress)
    {
        string data = JsonSerializer.Serialize(ProgressObject.Of(progress, time.GetUtcNow()), json.Value.SerializerOptions);
        return Encoding.UTF8.GetBytes($"event: {(progress.Status.IsFinal() ? "end" : "progress")}\ndata: {data}\n\n");
    }
}
