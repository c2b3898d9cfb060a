using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Data.Webhooks;

namespace Pipeline.Scheduler.Webhooks;

/// <summary>Posts one event, signed. Thread-safe.</summary>
internal sealed class WebhookSender : IDisposable
{
    // Of an answer that is no success, so much is worth keeping.
    private const int LongestExcerpt = 500;

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public WebhookSender(GuardedConnection connection, IOptions<WebhookOptions> options, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = connection.OpenAsync,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        })
        {
            Timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds),
            MaxResponseContentBufferSize = 1 << 20,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Pipeline-Webhooks", "1.0"));
    }

    /// <summary>Makes one attempt. Whatever goes wrong between here and the receiver is in the reply.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<WebhookReply> PostAsync(DueDelivery delivery, CancellationToken cancellationToken)
    {
        long timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, delivery.Url) { Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json") };
            request.Headers.Add("webhook-id", delivery.Id);
            request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
            request.Headers.Add("webhook-signature", WebhookSignature.Of(delivery.Secrets, delivery.Id, timestamp, delivery.Body));
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return new WebhookReply((int)response.StatusCode, response.IsSuccessStatusCode ? null : await ExcerptAsync(response, cancellationToken), RetryAfter(response));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookReply(null, e is OperationCanceledException ? $"No answer within {_http.Timeout.TotalSeconds} s." : Innermost(e), null);
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Innermost(Exception e) => e.GetBaseException() is { } cause && cause != e ? $"{e.Message} {cause.Message}" : e.Message;

    private static async Task<string> ExcerptAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] start = new byte[LongestExcerpt];
        int count = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);

        // PostgreSQL's text holds everything but NUL.
        return $"{(int)response.StatusCode} {response.ReasonPhrase}: {Encoding.UTF8.GetString(start, 0, count)}".Replace('\0', ' ').TrimEnd(':', ' ');
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };
}
