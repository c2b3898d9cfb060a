using System.Runtime.CompilerServices;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>Reads a file line by line, one in memory at a time; a line over the limit is passed over, not held.</summary>
/// <param name="source">The file.</param>
/// <param name="longestLine">Bytes a line may have.</param>
internal sealed class LineReader(Stream source, int longestLine)
{
    private const int FirstBuffer = 256 << 10;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private byte[] _buffer = new byte[Math.Min(FirstBuffer, longestLine + 2)];
    private int _start;
    private int _end;

    /// <summary>The lines without their ends (LF or CRLF) and without a byte order mark. A line's content is valid until the next.</summary>
    public async IAsyncEnumerable<Line> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int number = 1;
        int searched = 0;
        bool tooLong = false;
        while (true)
        {
            int end = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                int length = searched + end;
                yield return NewLine(number++, length, tooLong);
                _start += length + 1;
                searched = 0;
                tooLong = false;
                continue;
            }

            searched = _end - _start;
            if (searched > longestLine + 1)
            {
                // Forget what came so far of it, and the rest as it comes.
                tooLong = true;
                _start = _end;
                searched = 0;
            }

            MakeRoom();
            int read = await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                if (searched > 0 || tooLong)
                {
                    yield return NewLine(number, searched, tooLong);
                }

                yield break;
            }

            _end += read;
        }
    }

    private Line NewLine(int number, int length, bool tooLong)
    {
        Memory<byte> content = _buffer.AsMemory(_start, length);
        if (content.Length > 0 && content.Span[^1] == (byte)'\r')
        {
            content = content[..^1];
        }

        if (number == 1 && content.Span.StartsWith(ByteOrderMark))
        {
            content = content[ByteOrderMark.Length..];
        }

        return new Line(number, content, tooLong || content.Length > longestLine);
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, longestLine + 2L + FirstBuffer));
        }
    }
}

/// <summary>A line of a file.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Content">Its bytes; not all of them if it is too long.</param>
/// <param name="TooLong">Whether it exceeds the limit.</param>
internal readonly record struct Line(int Number, ReadOnlyMemory<byte> Content, bool TooLong)
{
    public bool IsBlank => !TooLong && !Content.Span.ContainsAnyExcept(" \t\r"u8);
}
