using System.Buffers;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Files;

/// <summary>
/// Writes a file of any length as it comes, in chunks of <see cref="ChunkSize"/>, holding one chunk in memory. The caller
/// owns the connection and the transaction: nothing is visible before it commits, and nothing remains if it does not.
/// </summary>
/// <remarks>Between two writes the connection is free for other statements. Not for concurrent use.</remarks>
public sealed class FileContentWriter : IDisposable
{
    /// <summary>Bytes per chunk: 1 MiB.</summary>
    public const int ChunkSize = 1 << 20;

    private readonly NpgsqlConnection _connection;
    private readonly StoredFile _file;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
    private int _filled;
    private int _sequence;

    private FileContentWriter(NpgsqlConnection connection, StoredFile file)
    {
        _connection = connection;
        _file = file;
    }

    /// <summary>The row that describes the file. It may be changed until <see cref="CompleteAsync"/>, except for its id.</summary>
    public StoredFile File => _file;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Inserts the file's row and prepares for its content.</summary>
    public static async Task<FileContentWriter> BeginAsync(NpgsqlConnection connection, StoredFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(file);
        await using NpgsqlCommand command = new(
            "INSERT INTO files (id, tenant_id, purpose, filename, bytes, created_at, expires_at) VALUES ($1, $2, $3, $4, 0, $5, $6)", connection)
        {
            Parameters =
            {
                new() { Value = file.Id },
                new() { Value = file.TenantId },
                new() { Value = file.Purpose },
                new() { Value = file.Filename },
                new() { Value = file.CreatedAt },
                new() { Value = (object?)file.ExpiresAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new FileContentWriter(connection, file);
    }

    /// <summary>Appends bytes.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Length += bytes.Length;
        while (bytes.Length > 0)
        {
            int taken = Math.Min(bytes.Length, ChunkSize - _filled);
            bytes[..taken].CopyTo(_buffer.AsMemory(_filled));
            bytes = bytes[taken..];
            _filled += taken;
            if (_filled == ChunkSize)
            {
                await FlushAsync(cancellationToken);
            }
        }
    }

    /// <summary>Writes what is left and brings the row up to date, length included.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0)
        {
            await FlushAsync(cancellationToken);
        }

        _file.Bytes = Length;
        await using NpgsqlCommand command = new(
            "UPDATE files SET purpose = $2, filename = $3, bytes = $4, expires_at = $5 WHERE id = $1", _connection)
        {
            Parameters =
            {
                new() { Value = _file.Id },
                new() { Value = _file.Purpose },
                new() { Value = _file.Filename },
                new() { Value = _file.Bytes },
                new() { Value = (object?)_file.ExpiresAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new("INSERT INTO file_chunks (file_id, sequence, content) VALUES ($1, $2, $3)", _connection)
        {
            Parameters =
            {
                new() { Value = _file.Id },
                new() { Value = _sequence },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = _buffer.AsMemory(0, _filled), NpgsqlDbType = NpgsqlDbType.Bytea },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        _sequence++;
        _filled = 0;
    }
}
