using System.Globalization;
using System.Text;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Schedules.Running;

/// <summary>
/// Fills in <c>{{run.NAME}}</c> in a file as it passes by. The values stand for themselves in JSON text; a name that is not known
/// is an error, everything else in braces is left alone. Dates are those of the schedule's time zone.
/// </summary>
internal sealed class Placeholders
{
    private const int BufferSize = 64 << 10;
    private const int Longest = 64;

    private readonly Dictionary<string, byte[]> _values;

    private Placeholders(Dictionary<string, byte[]> values) => _values = values;

    private static ReadOnlySpan<byte> Open => "{{run."u8;

    private static ReadOnlySpan<byte> Close => "}}"u8;

    /// <summary>The values of a run.</summary>
    public static Placeholders Of(string runId, DateTimeOffset scheduledAt, TimeZoneInfo zone)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(scheduledAt, zone);
        return new Placeholders(new Dictionary<string, string>
        {
            ["date"] = Text(local, "yyyy-MM-dd"),
            ["previous_date"] = Text(local.Date.AddDays(-1), "yyyy-MM-dd"),
            ["scheduled_at"] = Text(local, "yyyy-MM-dd'T'HH:mm:sszzz"),
            ["id"] = runId,
        }.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value), StringComparer.Ordinal));
    }

    /// <summary>Copies a file, values in the place of placeholders. Memory holds a piece of it.</summary>
    /// <exception cref="RequestException">A placeholder is not known.</exception>
    public async Task FillAsync(Stream source, Func<ReadOnlyMemory<byte>, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        int filled = 0, line = 1;
        bool atEnd = false;
        while (!atEnd)
        {
            int read = await source.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            atEnd = read == 0;
            filled += read;
            int done = 0;
            while (Next(buffer.AsSpan(done, filled - done), atEnd) is { Taken: > 0 } piece)
            {
                ReadOnlyMemory<byte> text = buffer.AsMemory(done, piece.Plain);
                line += text.Span.Count((byte)'\n');
                await write(text, cancellationToken);
                if (piece.Taken > piece.Plain)
                {
                    await write(ValueOf(buffer.AsSpan(done + piece.Plain, piece.Taken - piece.Plain), line), cancellationToken);
                }

                done += piece.Taken;
            }

            buffer.AsSpan(done, filled - done).CopyTo(buffer);
            filled -= done;
        }
    }

    /// <summary>How many bytes can be taken: so many of plain text, and then perhaps a placeholder.</summary>
    private static (int Plain, int Taken) Next(ReadOnlySpan<byte> bytes, bool atEnd)
    {
        int start = bytes.IndexOf(Open);
        if (start < 0)
        {
            // The beginning of one may stand at the end of the piece.
            int plain = atEnd ? bytes.Length : Math.Max(0, bytes.Length - Open.Length + 1);
            return (plain, plain);
        }

        ReadOnlySpan<byte> rest = bytes[start..Math.Min(bytes.Length, start + Longest)];
        int end = rest.IndexOf(Close);
        return end >= 0 ? (start, start + end + Close.Length)
            : rest.Length == Longest || atEnd ? (start, start + rest.Length)
            : (start, start);
    }

    private byte[] ValueOf(ReadOnlySpan<byte> placeholder, int line)
    {
        string text = Encoding.UTF8.GetString(placeholder);
        return placeholder.EndsWith(Close) && _values.TryGetValue(text[Open.Length..^Close.Length], out byte[]? value)
            ? value
            : throw RequestException.Invalid(
                $"Line {line} of the input file has an unknown placeholder: '{text}'. Known are {string.Join(", ", _values.Keys.Select(name => $"'{{{{run.{name}}}}}'"))}.",
                ScheduleFields.InputFile,
                "unknown_placeholder");
    }

    private static string Text(IFormattable time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
