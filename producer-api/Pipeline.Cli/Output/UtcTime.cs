using System.Globalization;

namespace Pipeline.Cli.Output;

/// <summary>Times as the CLI prints them.</summary>
internal static class UtcTime
{
    /// <summary>Seconds since 1970 as a time of UTC.</summary>
    public static string Of(long unix) => DateTimeOffset.FromUnixTimeSeconds(unix).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
