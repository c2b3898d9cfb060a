namespace Pipeline.Documents.Safety;

/// <summary>A stream of which so many bytes may be read until <see cref="Lift"/>: holds a parser back that would read a huge directory into memory.</summary>
/// <param name="inner">The stream; not disposed.</param>
/// <param name="bytes">Bytes that may be read.</param>
internal sealed class BoundedStream(Stream inner, long bytes) : Stream
{
    private long _left = bytes;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => inner.Position = value; }

    /// <summary>From here on anything may be read.</summary>
    public void Lift() => _left = long.MaxValue;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        if (_left != long.MaxValue && (_left -= read) < 0)
        {
            throw new UnreadableException(UnreadableException.TooLarge, "The archive's directory is larger than is read.");
        }

        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
