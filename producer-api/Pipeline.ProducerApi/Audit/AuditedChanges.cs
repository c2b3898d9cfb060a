using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Audit;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;

namespace Pipeline.ProducerApi.Audit;

/// <summary>Saves changes of keys and tenants: with their entry in the audit trail, in one transaction, and told to every process.</summary>
internal sealed class AuditedChanges(TimeProvider time)
{
    /// <summary>Saves what is changed in <paramref name="context"/>.</summary>
    /// <param name="context">Has the changes.</param>
    /// <param name="http">The request that asks for them.</param>
    /// <param name="tenantId">To whom it is done.</param>
    /// <param name="objectId">What it is done to.</param>
    /// <param name="details">What is changed to what, as a JSON object.</param>
    /// <param name="cancellationToken">Gives up; nothing is changed then.</param>
    public async Task SaveAsync(
        PipelineDbContext context, HttpContext http, Guid tenantId, string objectId, string details, CancellationToken cancellationToken)
    {
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.SaveChangesAsync(cancellationToken);
        AuditCall call = AuditCall.Of(http);
        call.ObjectId = objectId;
        AuditEntry entry = call.ToEntry(time.GetUtcNow(), StatusCodes.Status200OK);
        entry.TenantId = tenantId;
        entry.Details = details;
        await AuditWriter.WriteAsync((NpgsqlConnection)context.Database.GetDbConnection(), [entry], cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Keys}, '')", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        call.IsWritten = true;
    }
}
