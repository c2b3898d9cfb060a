using Npgsql;
using NpgsqlTypes;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Audit;

/// <summary>Adds entries to the audit trail, all in one statement.</summary>
public static class AuditWriter
{
    private const string Sql =
        """
        INSERT INTO audit_entries (at, tenant_id, key_id, method, route, object_id, status_code, remote_address, request_id, details)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    /// <summary>Adds the entries in the transaction that the connection is in, or in one of their own.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await using NpgsqlCommand command = new(Sql, connection)
        {
            Parameters =
            {
                new() { Value = entries.Select(e => e.At).ToArray() },
                new() { Value = entries.Select(e => e.TenantId).ToArray() },
                new() { Value = entries.Select(e => e.KeyId).ToArray() },
                new() { Value = entries.Select(e => e.Method).ToArray() },
                new() { Value = entries.Select(e => e.Route).ToArray() },
                new() { Value = entries.Select(e => e.ObjectId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = entries.Select(e => e.StatusCode).ToArray() },
                new() { Value = entries.Select(e => e.RemoteAddress).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Inet },
                new() { Value = entries.Select(e => e.RequestId).ToArray() },
                new() { Value = entries.Select(e => e.Details).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
