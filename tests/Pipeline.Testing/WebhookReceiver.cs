using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StandardWebhooks;

namespace Pipeline.Testing;

/// <summary>A receiver of webhooks on a port of its own: checks signatures with a library that is not this project's.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    /// <summary>What deliveries must be signed with.</summary>
    public const string Secret = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";

    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    /// <summary>Where to post to.</summary>
    public string Url => _app.Urls.Single() + "/hook";

    /// <summary>What has come and was signed, by <c>webhook-id</c>.</summary>
    public ConcurrentQueue<(string Id, string Body)> Received { get; } = [];

    /// <summary>Starts one.</summary>
    /// <param name="answer">What to answer the n-th request with; n from 1.</param>
    public static async Task<WebhookReceiver> StartAsync(Func<HttpContext, int, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        WebhookReceiver receiver = new(app);
        int count = 0;
        app.MapPost("/hook", async (HttpContext context) =>
        {
            using StreamReader reader = new(context.Request.Body);
            string body = await reader.ReadToEndAsync();
            new StandardWebhook(Secret).Verify(body, context.Request.Headers);
            receiver.Received.Enqueue((context.Request.Headers["webhook-id"]!, body));
            await answer(context, Interlocked.Increment(ref count));
        });
        await app.StartAsync();
        return receiver;
    }

    /// <summary>One that answers always with the same status.</summary>
    public static Task<WebhookReceiver> StartAsync(int status) => StartAsync((context, _) =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
