using System.Globalization;

namespace Pipeline.ProducerApi.Tenants;

/// <summary>Where a tenant stands in its limit of requests.</summary>
/// <param name="Limit">Requests a minute.</param>
/// <param name="Remaining">Those that it may make now.</param>
/// <param name="ResetSeconds">Until it may make all of them again.</param>
internal sealed record RateState(int Limit, long Remaining, double ResetSeconds)
{
    /// <summary>OpenAI's headers; times as OpenAI writes them: <c>1s</c>, <c>250ms</c>.</summary>
    public (string Name, string Value)[] Headers =>
    [
        ("x-ratelimit-limit-requests", Limit.ToString(CultureInfo.InvariantCulture)),
        ("x-ratelimit-remaining-requests", Remaining.ToString(CultureInfo.InvariantCulture)),
        ("x-ratelimit-reset-requests", ResetSeconds < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{ResetSeconds * 1000:F0}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{ResetSeconds:F0}s")),
    ];
}
