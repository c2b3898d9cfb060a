using System.Buffers;
using System.Text.Json;

namespace Pipeline.ProducerApi.Files;

/// <summary>
/// Watches an upload pass by and finds out whether it could be JSON Lines at all: at least one line that is a JSON object.
/// What the lines say is left to the batch's validation, which names each bad one by its number.
/// </summary>
internal sealed class JsonlSniffer
{
    /// <summary>A longer line is judged by its first character, so that memory stays flat.</summary>
    private const int LongestLine = 1 << 20;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly ArrayBufferWriter<byte> _line = new();
    private bool _overlong;
    private bool _firstLine = true;

    /// <summary>Whether a line was a JSON object.</summary>
    public bool Plausible { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!Plausible && bytes.Length > 0)
        {
            int end = bytes.IndexOf((byte)'\n');
            Append(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
            {
                return;
            }

            EndLine();
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Tells that there are no more bytes.</summary>
    public void Complete()
    {
        if (!Plausible)
        {
            EndLine();
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        int room = LongestLine - _line.WrittenCount;
        _overlong |= bytes.Length > room;
        _line.Write(bytes[..Math.Min(bytes.Length, room)]);
    }

    private void EndLine()
    {
        ReadOnlySpan<byte> line = _line.WrittenSpan;
        if (_firstLine && line.StartsWith(ByteOrderMark))
        {
            line = line[ByteOrderMark.Length..];
        }

        line = line.Trim(" \t\r"u8);
        Plausible = line.Length > 0 && line[0] == (byte)'{' && (_overlong || IsObject(line));
        _firstLine = false;
        _overlong = false;
        _line.ResetWrittenCount();
    }

    private static bool IsObject(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
