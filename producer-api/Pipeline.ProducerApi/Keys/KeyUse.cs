using System.Collections.Concurrent;
using Npgsql;

namespace Pipeline.ProducerApi.Keys;

/// <summary>When keys were used last: noted in memory, written now and then, all in one statement. Thread-safe.</summary>
internal sealed class KeyUse(NpgsqlDataSource dataSource)
{
    private ConcurrentDictionary<Guid, DateTimeOffset> _used = new();

    public void Note(Guid keyId, DateTimeOffset at) => _used[keyId] = at;

    /// <summary>Writes what was noted since the last time.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_used.IsEmpty)
        {
            return;
        }

        KeyValuePair<Guid, DateTimeOffset>[] used = [.. Interlocked.Exchange(ref _used, new())];
        await using NpgsqlCommand command = dataSource.CreateCommand(
            """
            UPDATE api_keys k SET last_used_at = u.at FROM unnest($1, $2) AS u(id, at)
            WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.at - interval '10 seconds')
            """);
        command.Parameters.Add(new() { Value = Array.ConvertAll(used, use => use.Key) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(used, use => use.Value) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
