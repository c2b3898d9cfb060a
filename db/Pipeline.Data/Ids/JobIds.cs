using Npgsql;

namespace Pipeline.Data.Ids;

/// <summary>
/// Reserves job ids in blocks, so that jobs can be written to two tables by COPY without asking the database for each.
/// </summary>
public static class JobIds
{
    /// <summary>Ids a block holds; the increment of the sequence <c>jobs_id_seq</c>.</summary>
    public const int BlockSize = 1000;

    /// <summary>Reserves a block. Ids that are not used are lost, which harms nobody.</summary>
    /// <returns>The first id; <see cref="BlockSize"/> ids from it on belong to the caller.</returns>
    /// <remarks>Safe for concurrent callers; not undone by a rollback.</remarks>
    public static async Task<long> ReserveBlockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using NpgsqlCommand command = new("SELECT nextval('jobs_id_seq')", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A job's id as the API shows it: <c>job_</c> and 16 hexadecimal digits.</summary>
    public static string ToPublic(long id) => "job_" + id.ToString("x16");

    /// <summary>Reads what <see cref="ToPublic"/> wrote.</summary>
    /// <returns>Whether <paramref name="text"/> has that form.</returns>
    public static bool TryParse(string? text, out long id)
    {
        id = 0;
        return text is { Length: 20 }
            && text.StartsWith("job_", StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out id)
            && id > 0;
    }
}
