using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Ids;

namespace Pipeline.ProducerApi.Batches.Finalizing;

/// <summary>The output or error file of a batch; it comes into being with its first line.</summary>
/// <param name="connection">Where to write, in the caller's transaction.</param>
/// <param name="batch">Whose file it is.</param>
/// <param name="kind"><c>output</c> or <c>error</c>, part of the name.</param>
/// <param name="now">Dates the file.</param>
internal sealed class ResultFile(NpgsqlConnection connection, Batch batch, string kind, DateTimeOffset now) : IDisposable
{
    private const string Purpose = "batch_output";
    private const int DefaultLife = 2_592_000;

    private FileContentWriter? _writer;

    /// <summary>The file's id; <see langword="null"/> while there is no line.</summary>
    public string? Id => _writer?.File.Id;

    /// <summary>Lines written.</summary>
    public int Lines { get; private set; }

    public async Task WriteLineAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        _writer ??= await FileContentWriter.BeginAsync(connection, NewFile(), cancellationToken);
        await _writer.WriteAsync(line, cancellationToken);
        Lines++;
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => _writer?.CompleteAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private StoredFile NewFile() => new()
    {
        Id = PublicIds.File(),
        TenantId = batch.TenantId,
        Purpose = Purpose,
        Filename = $"{batch.Id}_{kind}.jsonl",
        CreatedAt = now,
        ExpiresAt = now.AddSeconds(batch.OutputExpiresAfterSeconds ?? DefaultLife),
    };
}
