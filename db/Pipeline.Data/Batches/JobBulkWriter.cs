using System.Buffers;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.States;

namespace Pipeline.Data.Batches;

/// <summary>
/// Writes a batch's jobs, their bodies and the slices they travel in, in line order, by binary COPY. Memory stays at one
/// group: <see cref="SlicesPerGroup"/> slices or <see cref="GroupBytes"/> of bodies, whichever is reached first.
/// </summary>
/// <remarks>The caller owns the connection and the transaction. Not for concurrent use.</remarks>
public sealed class JobBulkWriter
{
    private const int SlicesPerGroup = 16;
    private const int GroupBytes = 2 << 20;

    private readonly NpgsqlConnection _connection;
    private readonly Batch _batch;
    private readonly string _model;
    private readonly int _jobsPerSlice;
    private readonly DateTimeOffset _now;
    private readonly ArrayBufferWriter<byte> _bodies = new(GroupBytes + (256 << 10));
    private readonly List<Row> _rows = [];
    private readonly List<(long Id, long Slice)> _written = [];
    private long _nextId;
    private int _idsLeft;

    /// <summary>Prepares to write; nothing is written yet.</summary>
    /// <param name="connection">Where to write.</param>
    /// <param name="batch">Gives the jobs their batch, tenant, priority and deadline.</param>
    /// <param name="model">The model that all of them ask for.</param>
    /// <param name="jobsPerSlice">Jobs in a slice, at most.</param>
    /// <param name="now">Dates the rows.</param>
    public JobBulkWriter(NpgsqlConnection connection, Batch batch, string model, int jobsPerSlice, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(jobsPerSlice);
        _connection = connection;
        _batch = batch;
        _model = model;
        _jobsPerSlice = jobsPerSlice;
        _now = now;
    }

    /// <summary>Jobs added so far.</summary>
    public int Count { get; private set; }

    /// <summary>The id of a job, by the place in which it was added, counted from 0. To be called after <see cref="CompleteAsync"/>.</summary>
    public long IdAt(int place) => _written[place].Id;

    /// <summary>Adds a job, and writes the group that it completes.</summary>
    public async Task AddAsync(NewJob job, CancellationToken cancellationToken)
    {
        _rows.Add(new Row(job.Line, job.CustomId, job.Url, _bodies.WrittenCount, job.Body.Length));
        _bodies.Write(job.Body.Span);
        Count++;
        if (_rows.Count == SlicesPerGroup * _jobsPerSlice || _bodies.WrittenCount >= GroupBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Writes what is left.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => _rows.Count > 0 ? FlushAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// Moves the jobs between their slices, which stay as large as they are: taken in the slices' order, the jobs then come in
    /// the order asked for. Within a slice they stay in line order.
    /// </summary>
    /// <param name="order">All jobs by the order in which they were added, counted from 0. To be called after <see cref="CompleteAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RearrangeAsync(IReadOnlyList<int> order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfNotEqual(order.Count, _written.Count);
        List<long> moved = [], slices = [];
        for (int place = 0; place < order.Count; place++)
        {
            (long id, long slice) = _written[order[place]];
            if (slice != _written[place].Slice)
            {
                moved.Add(id);
                slices.Add(_written[place].Slice);
            }
        }

        // By id alone: whatever the planner makes of a table that it has no statistics of, it never compares all with all.
        await using NpgsqlCommand command = new("UPDATE jobs j SET slice_id = m.slice_id FROM unnest($1, $2) AS m(id, slice_id) WHERE j.id = m.id", _connection)
        {
            Parameters = { new() { Value = moved.ToArray() }, new() { Value = slices.ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Keeps what each job may cost at most.</summary>
    /// <param name="quotes">By the order in which the jobs were added. To be called after <see cref="CompleteAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task QuoteAsync(IReadOnlyList<decimal> quotes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(quotes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(quotes.Count, _written.Count);
        await using NpgsqlCommand command = new("UPDATE jobs j SET quote = q.quote FROM unnest($1, $2) AS q(id, quote) WHERE j.id = q.id", _connection)
        {
            Parameters = { new() { Value = _written.Select(job => job.Id).ToArray() }, new() { Value = quotes.ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        long[] slices = await AddSlicesAsync(cancellationToken);
        long[] ids = new long[_rows.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = await NextIdAsync(cancellationToken);
        }

        _written.AddRange(ids.Select((id, i) => (id, slices[i / _jobsPerSlice])));
        await CopyJobsAsync(ids, slices, cancellationToken);
        await CopyBodiesAsync(ids, cancellationToken);
        _rows.Clear();
        _bodies.ResetWrittenCount();
    }

    /// <summary>One slice per <see cref="_jobsPerSlice"/> rows; big bodies end a group, and with it its last slice, early.</summary>
    private async Task<long[]> AddSlicesAsync(CancellationToken cancellationToken)
    {
        int[] counts = [.. _rows.Chunk(_jobsPerSlice).Select(slice => slice.Length)];
        await using NpgsqlCommand command = new(
            """
            INSERT INTO slices (tenant_id, batch_id, model, state, job_count, priority, deadline, exclusive, created_at, send_attempts)
            SELECT $1, $2, $3, $4, count, $5, $6, false, $7, 0 FROM unnest($8) WITH ORDINALITY AS s(count, n) ORDER BY n
            RETURNING id
            """,
            _connection)
        {
            Parameters =
            {
                new() { Value = _batch.TenantId },
                new() { Value = _batch.Id },
                new() { Value = _model },
                new() { Value = (short)SliceState.Pending },
                new() { Value = _batch.Priority },
                new() { Value = _batch.ExpiresAt },
                new() { Value = _now },
                new() { Value = counts },
            },
        };
        List<long> ids = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }

        ids.Sort();
        return [.. ids];
    }

    private async Task<long> NextIdAsync(CancellationToken cancellationToken)
    {
        if (_idsLeft == 0)
        {
            _nextId = await JobIds.ReserveBlockAsync(_connection, cancellationToken);
            _idsLeft = JobIds.BlockSize;
        }

        _idsLeft--;
        return _nextId++;
    }

    private async Task CopyJobsAsync(long[] ids, long[] slices, CancellationToken cancellationToken)
    {
        await using NpgsqlBinaryImporter copy = await _connection.BeginBinaryImportAsync(
            "COPY jobs (id, tenant_id, batch_id, line, model, slice_id, state, attempts, priority, created_at) FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        for (int i = 0; i < ids.Length; i++)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(ids[i], NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(_batch.TenantId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(_batch.Id, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(_rows[i].Line, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(_model, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(slices[i / _jobsPerSlice], NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync((short)JobState.Queued, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync((short)0, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync(_batch.Priority, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync(_now, NpgsqlDbType.TimestampTz, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private async Task CopyBodiesAsync(long[] ids, CancellationToken cancellationToken)
    {
        await using NpgsqlBinaryImporter copy = await _connection.BeginBinaryImportAsync(
            "COPY job_bodies (job_id, custom_id, url, body) FROM STDIN (FORMAT BINARY)", cancellationToken);
        for (int i = 0; i < ids.Length; i++)
        {
            Row row = _rows[i];
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(ids[i], NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(row.CustomId, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(row.Url, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(_bodies.WrittenMemory.Slice(row.Start, row.Length), NpgsqlDbType.Text, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private readonly record struct Row(int Line, string CustomId, string Url, int Start, int Length);
}
