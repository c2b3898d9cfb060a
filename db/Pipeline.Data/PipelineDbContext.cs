using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Configuration;
using Pipeline.Data.Entities;

namespace Pipeline.Data;

/// <summary>The database through EF Core. Paths that move many rows use COPY and set-based SQL instead, in this project too.</summary>
/// <param name="options">Made by <see cref="PipelineDataExtensions"/>.</param>
public sealed class PipelineDbContext(DbContextOptions<PipelineDbContext> options) : DbContext(options)
{
    /// <summary>Tenants.</summary>
    public DbSet<Tenant> Tenants => Set<Tenant>();

    /// <summary>Who did what.</summary>
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    /// <summary>API keys, hashed.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>Files without their content.</summary>
    public DbSet<StoredFile> Files => Set<StoredFile>();

    /// <summary>The content of files.</summary>
    public DbSet<FileChunk> FileChunks => Set<FileChunk>();

    /// <summary>Batches.</summary>
    public DbSet<Batch> Batches => Set<Batch>();

    /// <summary>Jobs: their state.</summary>
    public DbSet<Job> Jobs => Set<Job>();

    /// <summary>Jobs: what they ask.</summary>
    public DbSet<JobBody> JobBodies => Set<JobBody>();

    /// <summary>Jobs: what became of them.</summary>
    public DbSet<JobResult> JobResults => Set<JobResult>();

    /// <summary>The ledger.</summary>
    public DbSet<JobCost> JobCosts => Set<JobCost>();

    /// <summary>What tenants have spent by month.</summary>
    public DbSet<TenantMonth> TenantMonths => Set<TenantMonth>();

    /// <summary>What the tokens of models take of their devices.</summary>
    public DbSet<ModelRate> ModelRates => Set<ModelRate>();

    /// <summary>Slices.</summary>
    public DbSet<Slice> Slices => Set<Slice>();

    /// <summary>Which workers have claimed jobs of which slices.</summary>
    public DbSet<SliceClaim> SliceClaims => Set<SliceClaim>();

    /// <summary>Whose turn it is.</summary>
    public DbSet<DispatchTurn> DispatchTurns => Set<DispatchTurn>();

    /// <summary>Worker processes and their leases.</summary>
    public DbSet<Worker> Workers => Set<Worker>();

    /// <summary>The order in which jobs ended.</summary>
    public DbSet<Ending> Endings => Set<Ending>();

    /// <summary>First answers to creates.</summary>
    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    /// <summary>Who is told of events.</summary>
    public DbSet<WebhookEndpoint> WebhookEndpoints => Set<WebhookEndpoint>();

    /// <summary>Events on their way.</summary>
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    /// <summary>The log of attempts.</summary>
    public DbSet<WebhookAttempt> WebhookAttempts => Set<WebhookAttempt>();

    /// <summary>Batches that are submitted by the clock.</summary>
    public DbSet<Schedule> Schedules => Set<Schedule>();

    /// <summary>What came of each time that a schedule was due.</summary>
    public DbSet<ScheduleRun> ScheduleRuns => Set<ScheduleRun>();

    /// <summary>Files that runs of schedules have taken.</summary>
    public DbSet<ScheduleDocument> ScheduleDocuments => Set<ScheduleDocument>();

    /// <summary>Batches that were submitted as documents.</summary>
    public DbSet<DocumentSet> DocumentSets => Set<DocumentSet>();

    /// <summary>Uploaded files of document sets that have not been read yet.</summary>
    public DbSet<DocumentUpload> DocumentUploads => Set<DocumentUpload>();

    /// <summary>Documents.</summary>
    public DbSet<Document> Documents => Set<Document>();

    /// <summary>Which job works on which document.</summary>
    public DbSet<DocumentJob> DocumentJobs => Set<DocumentJob>();

    /// <summary>Requests that a tenant's data be deleted.</summary>
    public DbSet<TenantErasure> TenantErasures => Set<TenantErasure>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        EntityConfigurations.Apply(modelBuilder);
    }
}
