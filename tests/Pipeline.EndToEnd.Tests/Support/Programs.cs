namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>Where the built programs are.</summary>
internal static class Programs
{
    /// <summary>The repository: above this assembly, or told by PIPELINE_REPO.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The model that ships, whether or not it is there.</summary>
    public static string ShippedModel { get; } = Path.Combine(Root, "gpu-worker", "models", "pipeline-extract-small");

    /// <summary>The built program of a project, built as this assembly was: beside its sources, or in one artifacts folder.</summary>
    /// <param name="project">Its folder from the root, such as <c>scheduler/Pipeline.Scheduler</c>.</param>
    public static string Find(string project)
    {
        string name = Path.GetFileName(project);
        string[] own = AppContext.BaseDirectory.TrimEnd('/').Split('/');
        string[] places =
        [
            Path.Combine(Root, project, "bin", own[^2], own[^1], name + ".dll"),
            Path.Combine(AppContext.BaseDirectory, "..", "..", name, own[^1], name + ".dll"),
        ];
        return Array.Find(places, File.Exists) ?? throw new FileNotFoundException($"{name} is not built: looked for {string.Join(" and ", places)}.");
    }

    private static string FindRoot()
    {
        string? directory = Environment.GetEnvironmentVariable("PIPELINE_REPO") ?? AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Pipeline.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("Pipeline.sln is in no folder above this one: set PIPELINE_REPO to the root of the repository.");
    }
}
