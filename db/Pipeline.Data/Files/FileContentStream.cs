using System.Buffers;
using System.Data;
using Npgsql;

namespace Pipeline.Data.Files;

/// <summary>
/// Reads a stored file from its start, one chunk in memory at a time. A connection is borrowed for each chunk and given
/// back at once, so that a slow reader occupies none.
/// </summary>
/// <remarks>Not for concurrent use.</remarks>
public sealed class FileContentStream : Stream
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly string _fileId;
    private readonly long _length;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _sequence;
    private long _position;

    /// <summary>Prepares to read; nothing is read yet.</summary>
    /// <param name="dataSource">Where the chunks are.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="length">Its length as its row says, against which the chunks are held.</param>
    public FileContentStream(NpgsqlDataSource dataSource, string fileId, long length)
    {
        _dataSource = dataSource;
        _fileId = fileId;
        _length = length;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The content ends before its length: the file was deleted meanwhile.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
        {
            return 0;
        }

        if (_start == _end && !await LoadAsync(cancellationToken))
        {
            return 0;
        }

        int taken = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, taken).CopyTo(buffer);
        _start += taken;
        _position += taken;
        return taken;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (_position == _length)
        {
            return false;
        }

        await using NpgsqlCommand command = _dataSource.CreateCommand(
            "SELECT octet_length(content), content FROM file_chunks WHERE file_id = $1 AND sequence = $2");
        command.Parameters.Add(new() { Value = _fileId });
        command.Parameters.Add(new() { Value = _sequence });
        // Sequential: the chunk goes from the socket into our buffer without another copy of it in between.
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new EndOfStreamException($"File {_fileId} ends after {_position} of {_length} bytes.");
        }

        int size = reader.GetInt32(0);
        if (_buffer.Length < size)
        {
            Release();
            _buffer = ArrayPool<byte>.Shared.Rent(size);
        }

        await using Stream content = await reader.GetStreamAsync(1, cancellationToken);
        await content.ReadExactlyAsync(_buffer.AsMemory(0, size), cancellationToken);
        (_start, _end) = (0, size);
        _sequence++;
        return true;
    }

    private void Release()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
