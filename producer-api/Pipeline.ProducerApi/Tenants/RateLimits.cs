using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Tenants;

/// <summary>
/// Requests and bytes that tenants may send in a minute: a token bucket each, that fills evenly. In memory, so that each process of
/// the API counts what comes to it. Thread-safe.
/// </summary>
internal sealed class RateLimits(IOptions<ApiOptions> options) : IDisposable
{
    private const int Minute = 60;

    private readonly PartitionedRateLimiter<Share> _buckets = PartitionedRateLimiter.Create<Share, Share>(
        share => RateLimitPartition.GetTokenBucketLimiter(share, Bucket));

    /// <summary>Lets a request of a tenant through.</summary>
    /// <returns>What the caller is told of its limit; <see langword="null"/> if it has none.</returns>
    /// <exception cref="RequestException">It comes too soon: 429.</exception>
    public RateState? Admit(Caller caller, long? bytes)
    {
        RateState? state = Take(caller, "requests", caller.RequestsPerMinute ?? options.Value.RequestsPerMinute, 1);
        if (bytes > 0)
        {
            Take(caller, "bytes", caller.BytesPerMinute ?? options.Value.BytesPerMinute, bytes.Value);
        }

        return state;
    }

    public void Dispose() => _buckets.Dispose();

    private RateState? Take(Caller caller, string what, long perMinute, long count)
    {
        if (perMinute <= 0)
        {
            return null;
        }

        Share share = new(caller.TenantId, what, (int)Math.Min(perMinute, int.MaxValue));
        // What is larger than the whole of a minute needs just that: refused for ever it must not be.
        int permits = (int)Math.Min(count, share.PerMinute);
        using RateLimitLease lease = _buckets.AttemptAcquire(share, permits);
        long left = _buckets.GetStatistics(share)?.CurrentAvailablePermits ?? 0;
        double perSecond = (double)share.PerMinute / Minute;
        RateState state = new(share.PerMinute, left, (share.PerMinute - left) / perSecond);
        return lease.IsAcquired ? state : throw Refused(caller, share, state, Math.Max(1, Math.Ceiling((permits - left) / perSecond)));
    }

    private static RequestException Refused(Caller caller, Share share, RateState state, double retryAfter) => new(
        429,
        $"Rate limit reached for {share.What} in organization {TenantObject.IdOf(caller.TenantId)}: Limit {share.PerMinute} / min. Please try again in {retryAfter:F0}s.",
        code: "rate_limit_exceeded",
        type: share.What)
    {
        Headers = [.. share.What == "requests" ? state.Headers : [], ("Retry-After", retryAfter.ToString("F0", CultureInfo.InvariantCulture))],
    };

    private static TokenBucketRateLimiterOptions Bucket(Share share)
    {
        // Ten times a second, or less often where that gives less than a token.
        int tokens = (int)Math.Ceiling(share.PerMinute / (10.0 * Minute));
        return new()
        {
            TokenLimit = share.PerMinute,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)Minute * tokens / share.PerMinute),
            TokensPerPeriod = tokens,
            QueueLimit = 0,
        };
    }

    // With the limit in it, so that another limit is another bucket.
    private readonly record struct Share(Guid TenantId, string What, int PerMinute);
}
