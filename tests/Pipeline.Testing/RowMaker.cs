using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Pipeline.Data;

namespace Pipeline.Testing;

/// <summary>Makes a row of any table of the model for a tenant, with whatever values fit, and the rows that it has to point to.</summary>
public static class RowMaker
{
    /// <summary>Adds the row; the caller saves.</summary>
    public static object Add(PipelineDbContext context, IEntityType type, Guid tenantId)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(type);
        object row = Activator.CreateInstance(type.ClrType)!;
        EntityEntry entry = context.Entry(row);
        foreach (IProperty property in type.GetProperties().Where(property => !property.IsNullable || property.IsForeignKey()))
        {
            if (Value(context, property, tenantId) is { } value)
            {
                entry.Property(property.Name).CurrentValue = value;
            }
        }

        context.Add(row);
        return row;
    }

    private static object? Value(PipelineDbContext context, IProperty property, Guid tenantId)
    {
        if (property.Name == "TenantId")
        {
            return tenantId;
        }

        if (property.GetContainingForeignKeys().FirstOrDefault() is { } key)
        {
            // What may point nowhere does.
            object? principal = property.IsNullable ? null : Add(context, key.PrincipalEntityType, tenantId);
            return principal is null ? null : context.Entry(principal).Property(key.PrincipalKey.Properties[0].Name).CurrentValue;
        }

        Type clr = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        return clr == typeof(string) ? property.GetColumnType() is "jsonb" or "json" ? "{}" : Guid.NewGuid().ToString("N")
            : clr == typeof(Guid) ? Guid.NewGuid()
            : clr == typeof(DateTimeOffset) ? TimeProvider.System.GetUtcNow()
            : clr.IsArray ? Array.CreateInstance(clr.GetElementType()!, 0)
            : clr == typeof(long) ? BitConverter.ToInt64(Guid.NewGuid().ToByteArray()) >>> 1
            : null;
    }
}
