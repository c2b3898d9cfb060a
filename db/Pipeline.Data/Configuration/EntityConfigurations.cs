using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.States;

namespace Pipeline.Data.Configuration;

/// <summary>Keys, indexes and column types. Names come from the naming convention: snake_case.</summary>
internal static class EntityConfigurations
{
    /// <summary>
    /// Bytes of a row that may stay where the row is: the most there can be. Bodies are stored uncompressed (a migration sets
    /// their storage): PostgreSQL's own compression costs five times as much as writing them.
    /// </summary>
    private const int LongestInline = 8160;

    /// <summary>What holds an amount of money: <see cref="Pricing.Money.Decimals"/> of them.</summary>
    internal const string MoneyType = "numeric(24,12)";

    private const string PriceType = "numeric(18,6)";

    /// <summary>
    /// Share of a table's rows that may be dead before they are cleaned up. A purge of a thousandth of a large table should not leave its
    /// dead rows for months.
    /// </summary>
    private const double DeadRows = 0.02;

    public static void Apply(ModelBuilder model)
    {
        model.HasSequence<long>("jobs_id_seq").IncrementsBy(JobIds.BlockSize);
        TenantConfigurations.Apply(model);
        model.Entity<StoredFile>(Configure);
        model.Entity<FileChunk>(Configure);
        model.Entity<Batch>(Configure);
        model.Entity<Job>(Configure);
        model.Entity<JobBody>(Configure);
        model.Entity<JobResult>(Configure);
        model.Entity<JobCost>(Configure);
        model.Entity<TenantMonth>(Configure);
        model.Entity<ModelRate>(Configure);
        model.Entity<Slice>(Configure);
        model.Entity<SliceClaim>(Configure);
        model.Entity<Worker>(Configure);
        model.Entity<Ending>(Configure);
        model.Entity<IdempotencyKey>(Configure);
        model.Entity<WebhookEndpoint>(Configure);
        model.Entity<WebhookDelivery>(Configure);
        model.Entity<WebhookAttempt>(Configure);
        model.Entity<Schedule>(Configure);
        model.Entity<ScheduleRun>(Configure);
        model.Entity<ScheduleDocument>(Configure);
        DocumentConfigurations.Apply(model);
        model.Entity<TenantErasure>(Configure);
    }

    private static void Configure(EntityTypeBuilder<StoredFile> file)
    {
        file.ToTable("files");
        file.HasIndex(f => new { f.TenantId, f.CreatedAt, f.Id });
        file.HasIndex(f => f.ExpiresAt);
    }

    private static void Configure(EntityTypeBuilder<FileChunk> chunk)
    {
        chunk.ToTable("file_chunks");
        chunk.HasStorageParameter("autovacuum_vacuum_scale_factor", DeadRows);
        chunk.HasKey(c => new { c.FileId, c.Sequence });
        chunk.HasOne<StoredFile>().WithMany().HasForeignKey(c => c.FileId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<Batch> batch)
    {
        batch.ToTable("batches");
        batch.Property(b => b.Status).HasConversion(status => status.ToName(), name => BatchStatusNames.Parse(name));
        batch.Property(b => b.Outcome).HasConversion(
            status => status == null ? null : status.Value.ToName(),
            name => name == null ? null : BatchStatusNames.Parse(name));
        batch.Property(b => b.Ended).HasDefaultValue(0);
        batch.Property(b => b.Errors).HasColumnType("jsonb");
        batch.Property(b => b.Metadata).HasColumnType("jsonb");
        batch.Property(b => b.Estimate).HasColumnType("jsonb");
        batch.Property(b => b.Cost).HasColumnType(MoneyType).HasDefaultValue(0m);
        batch.Property(b => b.MaxCost).HasColumnType(MoneyType);
        batch.Property(b => b.LargestQuote).HasColumnType(MoneyType);
        batch.HasIndex(b => new { b.TenantId, b.CreatedAt, b.Id });
        batch.HasIndex(b => b.Status).HasFilter("status IN ('validating', 'in_progress', 'finalizing', 'cancelling')");
    }

    private static void Configure(EntityTypeBuilder<Job> job)
    {
        job.ToTable("jobs");
        job.HasStorageParameter("autovacuum_vacuum_scale_factor", DeadRows);
        job.Property(j => j.Id).ValueGeneratedNever();
        job.Property(j => j.State).HasConversion<short>();
        job.Property(j => j.RetriedAfter).HasDefaultValue((short)0);
        job.HasIndex(j => j.SliceId);
        job.HasIndex(j => new { j.BatchId, j.Line });
        // Single jobs, for those who look for old ones or for a tenant's: of columns that never change.
        job.HasIndex(j => j.TenantId, "ix_jobs_single").HasFilter("batch_id IS NULL");
        // A claim and a commit update every row, in place: no index knows what they change, and a page has room for them.
        job.HasStorageParameter("fillfactor", 50);
        job.Property(j => j.Quote).HasColumnType(MoneyType);
    }

    private static void Configure(EntityTypeBuilder<JobBody> body)
    {
        // No foreign key here and on results: they are written and deleted with their job, in one statement, and a check for each
        // row would cost as much as the row.
        body.ToTable("job_bodies");
        body.HasStorageParameter("autovacuum_vacuum_scale_factor", DeadRows);
        body.HasKey(b => b.JobId);
        body.HasStorageParameter("toast_tuple_target", LongestInline);
        body.Property(b => b.JobId).ValueGeneratedNever();
    }

    private static void Configure(EntityTypeBuilder<JobResult> result)
    {
        result.ToTable("job_results");
        result.HasStorageParameter("autovacuum_vacuum_scale_factor", DeadRows);
        result.HasKey(r => r.JobId);
        result.HasStorageParameter("toast_tuple_target", LongestInline);
        result.Property(r => r.JobId).ValueGeneratedNever();
    }

    private static void Configure(EntityTypeBuilder<JobCost> cost)
    {
        // No foreign key: the ledger outlives the jobs it bills.
        cost.ToTable("job_costs");
        cost.HasKey(c => new { c.JobId, c.Attempt });
        cost.Property(c => c.Outcome).HasConversion(
            outcome => outcome.ToString().ToLowerInvariant(),
            name => Enum.Parse<AttemptOutcome>(name, ignoreCase: true));
        cost.Property(c => c.PricePerDeviceHour).HasColumnType(PriceType);
        cost.Property(c => c.InputPrice).HasColumnType(PriceType);
        cost.Property(c => c.CachedInputPrice).HasColumnType(PriceType);
        cost.Property(c => c.OutputPrice).HasColumnType(PriceType);
        cost.Property(c => c.Cost).HasColumnType(MoneyType);
        cost.HasIndex(c => c.BatchId);
        cost.HasIndex(c => new { c.TenantId, c.CreatedAt });
    }

    private static void Configure(EntityTypeBuilder<TenantMonth> month)
    {
        month.ToTable("tenant_months");
        month.HasKey(m => new { m.TenantId, m.Month });
        month.Property(m => m.Spent).HasColumnType(MoneyType);
    }

    private static void Configure(EntityTypeBuilder<ModelRate> rate)
    {
        rate.ToTable("model_rates");
        rate.HasKey(r => r.Model);
    }

    private static void Configure(EntityTypeBuilder<Slice> slice)
    {
        slice.ToTable("slices");
        slice.Property(s => s.State).HasConversion<short>();
        // The dispatcher's order within a tenant: it takes the head of each tenant's queue without reading the rest.
        slice.HasIndex(s => new { s.Model, s.TenantId, s.Priority, s.Deadline, s.Id }, "ix_slices_pending")
            .HasFilter("state = 0")
            .IsDescending(false, false, true, false, false)
            .HasNullSortOrder(NullSortOrder.NullsLast, NullSortOrder.NullsLast, NullSortOrder.NullsFirst, NullSortOrder.NullsFirst, NullSortOrder.NullsLast);
        slice.HasIndex(s => s.Model, "ix_slices_window").HasFilter("state IN (1, 2)");
        slice.HasIndex(s => s.BatchId);
        // How fast a model's workers are.
        slice.HasIndex(s => new { s.Model, s.DoneAt }).HasFilter("state = 3");
    }

    private static void Configure(EntityTypeBuilder<SliceClaim> claim)
    {
        claim.ToTable("slice_claims");
        claim.HasKey(c => new { c.SliceId, c.WorkerId });
        claim.HasIndex(c => c.WorkerId);
    }

    private static void Configure(EntityTypeBuilder<Worker> worker)
    {
        worker.ToTable("workers");
        worker.Property(w => w.MaxRunning).HasDefaultValue(64);
        worker.HasIndex(w => w.HeartbeatAt).HasFilter("stopped_at IS NULL");
    }

    private static void Configure(EntityTypeBuilder<Ending> ending)
    {
        ending.ToTable("endings");
        ending.HasKey(e => new { e.BatchId, e.First });
        ending.HasIndex(e => e.EndedAt);
    }

    private static void Configure(EntityTypeBuilder<IdempotencyKey> key)
    {
        key.ToTable("idempotency_keys");
        key.HasKey(k => new { k.TenantId, k.Scope, k.Key });
        key.HasIndex(k => k.ExpiresAt);
    }

    private static void Configure(EntityTypeBuilder<WebhookEndpoint> endpoint)
    {
        endpoint.ToTable("webhook_endpoints");
        endpoint.HasOne<Tenant>().WithMany().HasForeignKey(e => e.TenantId).OnDelete(DeleteBehavior.Cascade);
        endpoint.HasOne<Batch>().WithMany().HasForeignKey(e => e.BatchId).OnDelete(DeleteBehavior.Cascade);
        endpoint.HasIndex(e => new { e.TenantId, e.CreatedAt, e.Id });
    }

    private static void Configure(EntityTypeBuilder<WebhookDelivery> delivery)
    {
        delivery.ToTable("webhook_deliveries");
        delivery.Property(d => d.State).HasConversion<short>();
        delivery.HasOne<WebhookEndpoint>().WithMany().HasForeignKey(d => d.EndpointId).OnDelete(DeleteBehavior.Cascade);
        delivery.HasIndex(d => d.NextAttemptAt).HasFilter("state = 0");
        delivery.HasIndex(d => new { d.EndpointId, d.CreatedAt, d.Id });
        delivery.HasIndex(d => d.FinishedAt).HasFilter("state <> 0");
    }

    private static void Configure(EntityTypeBuilder<WebhookAttempt> attempt)
    {
        attempt.ToTable("webhook_attempts");
        attempt.HasKey(a => new { a.DeliveryId, a.Number });
        attempt.HasOne<WebhookDelivery>().WithMany().HasForeignKey(a => a.DeliveryId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<Schedule> schedule)
    {
        schedule.ToTable("schedules");
        schedule.Property(s => s.MissedRuns).HasConversion<short>();
        schedule.Property(s => s.Overlap).HasConversion<short>();
        schedule.HasOne<Tenant>().WithMany().HasForeignKey(s => s.TenantId).OnDelete(DeleteBehavior.Cascade);
        schedule.HasIndex(s => new { s.TenantId, s.CreatedAt, s.Id });
        schedule.HasIndex(s => s.NextRunAt).HasFilter("paused_at IS NULL");
        schedule.HasIndex(s => s.InputFileId);
    }

    private static void Configure(EntityTypeBuilder<ScheduleRun> run)
    {
        run.ToTable("schedule_runs");
        run.Property(r => r.State).HasConversion<short>();
        run.HasOne<Schedule>().WithMany().HasForeignKey(r => r.ScheduleId).OnDelete(DeleteBehavior.Cascade);
        // However many schedulers look at the same schedule: a time that it is due is one run.
        run.HasIndex(r => new { r.ScheduleId, r.ScheduledAt }, "ix_schedule_runs_due").IsUnique().HasFilter("NOT manual");
        run.HasIndex(r => new { r.ScheduleId, r.CreatedAt, r.Id });
        run.HasIndex(r => r.ScheduledAt, "ix_schedule_runs_waiting").HasFilter("state = 0");
        run.HasIndex(r => r.EndedAt);
    }

    private static void Configure(EntityTypeBuilder<ScheduleDocument> document)
    {
        document.ToTable("schedule_documents");
        document.HasKey(d => new { d.ScheduleId, d.Name });
        document.HasOne<Schedule>().WithMany().HasForeignKey(d => d.ScheduleId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<TenantErasure> erasure)
    {
        // No foreign key: the proof outlives the tenant.
        erasure.ToTable("tenant_erasures");
        erasure.Property(e => e.Deleted).HasColumnType("jsonb");
        // One at a time, and the duty finds it.
        erasure.HasIndex(e => e.TenantId, "ix_tenant_erasures_open").IsUnique().HasFilter("finished_at IS NULL");
        erasure.HasIndex(e => new { e.TenantId, e.RequestedAt });
    }
}
