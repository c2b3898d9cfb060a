using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configuration;

/// <summary>Keys, indexes and column types of tenants, their keys, and what is known of what they do.</summary>
internal static class TenantConfigurations
{
    public static void Apply(ModelBuilder model)
    {
        model.Entity<Tenant>(Configure);
        model.Entity<TenantQuota>(Configure);
        model.Entity<ApiKey>(Configure);
        model.Entity<DispatchTurn>(Configure);
        model.Entity<AuditEntry>(Configure);
    }

    private static void Configure(EntityTypeBuilder<Tenant> tenant)
    {
        tenant.ToTable("tenants");
        tenant.HasIndex(t => t.Name).IsUnique();
        tenant.Property(t => t.Weight).HasDefaultValue(1);
        tenant.Property(t => t.MaxMonthlyCost).HasColumnType(EntityConfigurations.MoneyType);
        tenant.HasMany(t => t.Quotas).WithOne().HasForeignKey(q => q.TenantId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<TenantQuota> quota)
    {
        quota.ToTable("tenant_quotas");
        quota.HasKey(q => new { q.TenantId, q.Model });
    }

    private static void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.ToTable("api_keys");
        key.HasIndex(k => k.KeyHash).IsUnique();
        key.HasIndex(k => k.PreviousKeyHash).IsUnique();
        key.HasOne(k => k.Tenant).WithMany().HasForeignKey(k => k.TenantId).OnDelete(DeleteBehavior.Cascade);
        key.Property(k => k.Role).HasConversion(role => role.ToString().ToLowerInvariant(), name => Enum.Parse<ApiKeyRole>(name, ignoreCase: true));
    }

    private static void Configure(EntityTypeBuilder<DispatchTurn> turn)
    {
        turn.ToTable("dispatch_turns");
        turn.HasKey(t => new { t.Model, t.TenantId });
        turn.HasOne<Tenant>().WithMany().HasForeignKey(t => t.TenantId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<AuditEntry> entry)
    {
        entry.ToTable("audit_entries");
        entry.Property(e => e.Details).HasColumnType("jsonb");
        entry.HasIndex(e => new { e.TenantId, e.Id });
        entry.HasIndex(e => e.At);
    }
}
