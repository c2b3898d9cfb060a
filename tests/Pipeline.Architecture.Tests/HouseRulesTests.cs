namespace Pipeline.Architecture.Tests;

public sealed class HouseRulesTests
{
    private static readonly string[] CodeFolders = ["producer-api", "gpu-worker", "scheduler", "db", "tests", "compose"];

    private static readonly string Root = FindRoot();

    [Fact]
    public void Code_lives_in_the_six_folders_and_nowhere_else()
    {
        IEnumerable<string> elsewhere = SourceFiles().Where(path => !CodeFolders.Contains(path.Split('/')[0]));
        Assert.Empty(elsewhere);
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        List<string> files = [.. SourceFiles()];
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, path => !path.Contains("/Migrations/", StringComparison.Ordinal) && File.ReadLines(Path.Combine(Root, path)).Count() > 400);
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_a_lock_file()
    {
        string solution = File.ReadAllText(Path.Combine(Root, "Pipeline.sln")).Replace('\\', '/');
        List<string> projects = [.. Files("*.csproj")];
        Assert.NotEmpty(projects);
        Assert.All(projects, project =>
        {
            Assert.Contains(project, solution, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Root, Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no packages.lock.json");
        });
    }

    [Fact]
    public void Versions_are_central_and_CUDA_stays_out_of_the_lock_files()
    {
        Assert.All(Files("*.csproj"), project => Assert.DoesNotContain(" Version=", File.ReadAllText(Path.Combine(Root, project)), StringComparison.Ordinal));
        Assert.All(Files("packages.lock.json"), file => Assert.DoesNotContain("cuda", File.ReadAllText(Path.Combine(Root, file)), StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> SourceFiles() => Files("*.cs");

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules" || part.StartsWith('.')));

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
