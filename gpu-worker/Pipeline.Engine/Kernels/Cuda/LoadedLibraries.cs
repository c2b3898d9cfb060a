namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>What native libraries the process has in memory.</summary>
internal static class LoadedLibraries
{
    /// <summary>The directory that a loaded library came from, or null if none of that name is loaded.</summary>
    public static string? DirectoryOf(string file) => OperatingSystem.IsLinux()
        ? File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "")
            .Where(path => Path.GetFileName(path) == file)
            .Select(Path.GetDirectoryName)
            .FirstOrDefault()
        : null;
}
