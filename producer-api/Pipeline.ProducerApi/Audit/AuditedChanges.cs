using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Audit;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;

namespace Pipeline.ProducerApi.Audit;

/// <summary>Makes changes of keys and tenants: with their entry in the audit trail, in one transaction, and told to every process.</summary>
internal sealed class AuditedChanges(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time)
{
    /// <summary>Makes a change.</summary>
    /// <param name="http">The request that asks for it.</param>
    /// <param name="make">Reads, locks and changes rows, which are saved when it returns.</param>
    /// <param name="cancellationToken">Gives up; nothing is changed then.</param>
    /// <returns>What <paramref name="make"/> has made.</returns>
    public async Task<T> MakeAsync<T>(HttpContext http, Func<PipelineDbContext, Task<(T Made, AuditedChange Change)>> make, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        (T made, AuditedChange change) = await make(context);
        await context.SaveChangesAsync(cancellationToken);
        AuditCall call = AuditCall.Of(http);
        call.ObjectId = change.ObjectId;
        AuditEntry entry = call.ToEntry(time.GetUtcNow(), StatusCodes.Status200OK);
        entry.TenantId = change.TenantId;
        entry.Details = change.Details;
        await AuditWriter.WriteAsync((NpgsqlConnection)context.Database.GetDbConnection(), [entry], cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Keys}, '')", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        call.IsWritten = true;
        return made;
    }
}
