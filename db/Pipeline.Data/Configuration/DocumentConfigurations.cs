using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configuration;

/// <summary>The tables of documents. They go with their batch.</summary>
internal static class DocumentConfigurations
{
    public static void Apply(ModelBuilder model)
    {
        model.Entity<DocumentSet>(Configure);
        model.Entity<DocumentUpload>(Configure);
        model.Entity<Document>(Configure);
        model.Entity<DocumentJob>(Configure);
    }

    private static void Configure(EntityTypeBuilder<DocumentSet> set)
    {
        set.ToTable("document_sets");
        set.HasKey(s => s.BatchId);
        set.HasOne<Batch>().WithOne().HasForeignKey<DocumentSet>(s => s.BatchId).OnDelete(DeleteBehavior.Cascade);
        set.HasIndex(s => new { s.TenantId, s.CreatedAt, s.BatchId });
        set.HasIndex(s => s.CreatedAt).HasFilter("read_at IS NULL");
    }

    private static void Configure(EntityTypeBuilder<DocumentUpload> upload)
    {
        upload.ToTable("document_uploads");
        upload.HasKey(u => new { u.BatchId, u.Number });
        upload.HasOne<DocumentSet>().WithMany().HasForeignKey(u => u.BatchId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<Document> document)
    {
        document.ToTable("documents");
        document.HasKey(d => new { d.BatchId, d.Number });
        document.HasOne<DocumentSet>().WithMany().HasForeignKey(d => d.BatchId).OnDelete(DeleteBehavior.Cascade);
        document.HasIndex(d => d.BatchId).HasFilter("waits_for_level IS NOT NULL");
    }

    private static void Configure(EntityTypeBuilder<DocumentJob> job)
    {
        job.ToTable("document_jobs");
        job.HasKey(j => new { j.BatchId, j.Line });
        job.HasOne<Document>().WithMany().HasForeignKey(j => new { j.BatchId, j.Number }).OnDelete(DeleteBehavior.Cascade);
    }
}
