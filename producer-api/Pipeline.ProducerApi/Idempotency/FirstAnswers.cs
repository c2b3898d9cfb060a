using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Idempotency;

/// <summary>Keeps the first answers to creates by their <c>Idempotency-Key</c>, per tenant, for <see cref="ApiOptions.IdempotencyHours"/>.</summary>
internal sealed class FirstAnswers(
    IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, IOptions<ApiOptions> options, IOptions<JsonOptions> json)
{
    // Who comes second waits here for the first one's transaction, and finds its answer. A key past its time is as good as new.
    private const string KeepSql =
        """
        INSERT INTO idempotency_keys AS k (tenant_id, scope, key, fingerprint, reply, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant_id, scope, key) DO UPDATE SET fingerprint = $4, reply = $5, created_at = $6, expires_at = $7 WHERE k.expires_at <= $6
        """;

    /// <summary>The first answer under this key; <see langword="null"/> if there is no key, or it is new.</summary>
    /// <exception cref="RequestException">The key was used for something else.</exception>
    public async Task<T?> FindAsync<T>(Caller caller, IdempotentRequest? request, CancellationToken cancellationToken)
        where T : class
    {
        if (request is null)
        {
            return null;
        }

        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        IdempotencyKey? first = await context.IdempotencyKeys.AsNoTracking().FirstOrDefaultAsync(
            k => k.TenantId == caller.TenantId && k.Scope == request.Scope && k.Key == request.Key && k.ExpiresAt > now, cancellationToken);
        return first is null ? null
            : first.Fingerprint.AsSpan().SequenceEqual(request.Fingerprint) ? JsonSerializer.Deserialize<T>(first.Reply, json.Value.SerializerOptions)
            : throw RequestException.Invalid("The Idempotency-Key was used before with other parameters.", code: "idempotency_key_reused");
    }

    /// <summary>Keeps an answer, in the transaction that makes what it tells of.</summary>
    /// <returns>
    /// Whether it is the first under its key, or there is no key. If not, the transaction is to be rolled back and the answer to
    /// be had from <see cref="FindAsync"/>.
    /// </returns>
    public async Task<bool> KeepAsync<T>(NpgsqlConnection connection, Caller caller, IdempotentRequest? request, T reply, CancellationToken cancellationToken)
        where T : class
    {
        if (request is null)
        {
            return true;
        }

        DateTimeOffset now = time.GetUtcNow();
        await using NpgsqlCommand command = new(KeepSql, connection)
        {
            Parameters =
            {
                new() { Value = caller.TenantId },
                new() { Value = request.Scope },
                new() { Value = request.Key },
                new() { Value = request.Fingerprint },
                new() { Value = JsonSerializer.Serialize(reply, json.Value.SerializerOptions) },
                new() { Value = now },
                new() { Value = now.AddHours(options.Value.IdempotencyHours) },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
