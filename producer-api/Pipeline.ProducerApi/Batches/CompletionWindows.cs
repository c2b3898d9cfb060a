using System.Globalization;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Batches;

/// <summary>
/// How long a batch may take: whole hours or days, such as OpenAI's one window of <c>24h</c>, or <c>1h</c>, <c>48h</c>, <c>7d</c>;
/// an hour at least, 30 days at most.
/// </summary>
internal static class CompletionWindows
{
    private const string Name = "completion_window";

    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <exception cref="RequestException">It is no such duration.</exception>
    public static TimeSpan Parse(string window) =>
        Read(window) is { } length && length >= Shortest && length <= Longest
            ? length
            : throw RequestException.Invalid(
                $"Invalid value for '{Name}': '{window}'. Supported values are whole hours or days from '1h' to '30d', such as '24h'.", Name, "invalid_value");

    private static TimeSpan? Read(string window)
    {
        if (window.Length is < 2 or > 4 || !int.TryParse(window.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return null;
        }

        return window[^1] switch
        {
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(count),
            _ => null,
        };
    }
}
