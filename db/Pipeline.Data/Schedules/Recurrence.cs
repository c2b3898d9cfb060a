using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace Pipeline.Data.Schedules;

/// <summary>
/// Times by a cron expression in a time zone. Daylight saving is <see href="https://github.com/HangfireIO/Cronos">Cronos</see>'
/// affair: a time that the clock jumps over is the first one after the jump; of a time that comes twice the first one counts, and
/// both do if the expression says an interval (<c>*</c> or a step in hours or minutes).
/// </summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class Recurrence
{
    private readonly CronExpression _cron;

    private Recurrence(CronExpression cron, TimeZoneInfo zone)
    {
        _cron = cron;
        Zone = zone;
    }

    /// <summary>The time zone.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Reads a cron expression of five fields, or a macro such as <c>@daily</c>.</summary>
    /// <exception cref="FormatException">It is none; the message says where.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such time zone.</exception>
    public static Recurrence Parse(string cron, string timeZone)
    {
        ArgumentNullException.ThrowIfNull(cron);
        return new Recurrence(CronExpression.Parse(cron, CronFormat.Standard), FindZone(timeZone));
    }

    /// <summary>As <see cref="Parse"/>, of what was checked once: what the zone files or the parser no longer know is a reason to give.</summary>
    public static bool TryParse(string cron, string timeZone, [NotNullWhen(true)] out Recurrence? recurrence, [NotNullWhen(false)] out string? complaint)
    {
        try
        {
            (recurrence, complaint) = (Parse(cron, timeZone), null);
            return true;
        }
        catch (Exception e) when (e is FormatException or TimeZoneNotFoundException)
        {
            (recurrence, complaint) = (null, e.Message);
            return false;
        }
    }

    /// <summary>The first time after <paramref name="time"/>; <see langword="null"/> if there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset time) => _cron.GetNextOccurrence(time, Zone)?.ToUniversalTime();

    /// <summary>All times after <paramref name="from"/> up to <paramref name="to"/>, both included.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to) =>
        _cron.GetOccurrences(from, to, Zone, fromInclusive: true, toInclusive: true).Select(time => time.ToUniversalTime());

    private static TimeZoneInfo FindZone(string id)
    {
        // The system's own names ("Local", Windows') would mean something else elsewhere.
        return TimeZoneInfo.TryFindSystemTimeZoneById(id, out TimeZoneInfo? zone) && zone.HasIanaId
            ? zone
            : throw new TimeZoneNotFoundException($"There is no IANA time zone '{id}'.");
    }
}
