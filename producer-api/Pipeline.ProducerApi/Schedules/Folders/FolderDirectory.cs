using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Schedules.Folders;

/// <summary>Finds a tenant's folders: below those that the configuration allows, and nowhere else.</summary>
internal sealed class FolderDirectory(IOptions<FolderOptions> options)
{
    private const string Everybody = "*";

    /// <summary>The folder of a name such as <c>inbox</c> or <c>inbox/receipts</c>, as an absolute path without a link in it.</summary>
    /// <exception cref="RequestException">The tenant has no such folder, it is not there, or a link leads to it.</exception>
    public async Task<string> FindAsync(PipelineDbContext context, Guid tenantId, string name, CancellationToken cancellationToken)
    {
        string[] parts = name.Split('/');
        if (parts.Any(part => part is "" or "." or ".." || part.Contains('\0', StringComparison.Ordinal)))
        {
            throw Refused(name, "expected a name of a folder, and perhaps of folders in it, such as 'inbox/receipts'");
        }

        Tenant? tenant = await context.Tenants.AsNoTracking().FirstOrDefaultAsync(t => t.Id == tenantId, cancellationToken);
        AllowedFolder allowed = Array.Find(options.Value.Folders, folder => folder.Name == parts[0] && (folder.Tenants.Contains(Everybody) || folder.Tenants.Contains(tenant?.Name)))
            ?? throw Refused(name, $"there is no folder '{parts[0]}' that may be read");
        string root = RealPath.Of(allowed.Path);
        string path = Path.Combine([root, .. parts[1..]]);
        return !Directory.Exists(path) ? throw Refused(name, "it does not exist")
            : RealPath.Of(path) != path ? throw Refused(name, "it is reached by a link")
            : path;
    }

    private static RequestException Refused(string name, string why) =>
        RequestException.Invalid($"Invalid '{ScheduleFields.Folder}': '{name}': {why}.", ScheduleFields.Folder, "invalid_folder");
}
