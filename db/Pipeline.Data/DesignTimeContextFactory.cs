using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Pipeline.Data;

/// <summary>
/// Lets <c>dotnet ef migrations add NAME --project db/Pipeline.Data --output-dir Migrations</c> build the model. It never connects.
/// </summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<PipelineDbContext>
{
    public PipelineDbContext CreateDbContext(string[] args)
    {
        DbContextOptionsBuilder<PipelineDbContext> options = new();
        PipelineDataExtensions.Configure(options, NpgsqlDataSource.Create("Host=localhost"));
        return new PipelineDbContext(options.Options);
    }
}
