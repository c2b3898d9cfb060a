namespace Pipeline.ProducerApi.Schedules.Folders;

/// <summary>Settings of folders that schedules may read, section <c>Pipeline:Schedules</c>.</summary>
internal sealed class FolderOptions
{
    public const string Section = "Pipeline:Schedules";

    /// <summary>The folders, on every machine that the API runs on. No other is ever read.</summary>
    public AllowedFolder[] Folders { get; set; } = [];

    /// <summary>Seconds for which a file must not have changed: until then it may still be being written, and waits for the next run.</summary>
    public double SettleSeconds { get; set; } = 60;

    /// <summary>Says what is wrong with the settings, or <see langword="null"/>.</summary>
    public string? Complaint() =>
        SettleSeconds < 0 ? $"{Section}:SettleSeconds must not be negative."
        : Folders.FirstOrDefault(folder => folder.Name.Length == 0 || folder.Name.Contains('/', StringComparison.Ordinal) || !Path.IsPathRooted(folder.Path) || folder.Tenants.Length == 0) is { } wrong
            ? $"{Section}:Folders: '{wrong.Name}' needs a Name without slashes, a Path from the root, and Tenants that may read it ('*' for all)."
        : null;
}

/// <summary>A folder that schedules may read, with what is below it.</summary>
internal sealed class AllowedFolder
{
    /// <summary>What schedules call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where it is.</summary>
    public string Path { get; set; } = "";

    /// <summary>Names of the tenants that may read it; <c>*</c> for all.</summary>
    public string[] Tenants { get; set; } = [];
}
