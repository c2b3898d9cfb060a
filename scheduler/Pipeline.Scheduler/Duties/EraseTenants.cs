using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Erasure;

namespace Pipeline.Scheduler.Duties;

/// <summary>Deletes the data of tenants who have asked for it: <see cref="TenantErasing"/>.</summary>
internal sealed class EraseTenants(
    IDbContextFactory<PipelineDbContext> contexts, NpgsqlDataSource dataSource, TimeProvider time, ILogger<EraseTenants> logger) : IDuty
{
    // It may take longer than its turn; a second one would only wait at the same rows.
    [DisableConcurrentExecution(timeoutInSeconds: 1)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int tenants = await TenantErasing.RunAsync(contexts, dataSource, time.GetUtcNow(), cancellationToken);
        if (tenants > 0)
        {
            LogMessages.TenantsErased(logger, tenants);
        }
    }
}
