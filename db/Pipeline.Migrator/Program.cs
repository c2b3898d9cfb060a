using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Migrator;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddPipelineData(builder.Configuration);
builder.Services.AddSingleton<DatabaseMigrator>();
builder.Services.AddSingleton<AdminKeySeeder>();
using IHost host = builder.Build();

await host.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
if (builder.Configuration["Pipeline:AdminApiKey"] is { Length: > 0 } adminKey)
{
    await host.Services.GetRequiredService<AdminKeySeeder>().SeedAsync(adminKey, CancellationToken.None);
}
