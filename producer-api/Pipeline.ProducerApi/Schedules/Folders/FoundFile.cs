namespace Pipeline.ProducerApi.Schedules.Folders;

/// <summary>A file as it was found in a folder.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Name">Its path in the folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedAt">When it was changed last, in ticks of UTC.</param>
internal readonly record struct FoundFile(string Path, string Name, long Size, long ModifiedAt)
{
    /// <summary>Longest <see cref="Name"/> that is taken: longer ones fit no index.</summary>
    public const int LongestName = 600;

    /// <summary>
    /// Files below a folder, in no order, that are not empty and not hidden. Links are not followed, neither to files nor to folders; a pipe or
    /// a device is empty.
    /// </summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static IEnumerable<FoundFile> In(string folder)
    {
        EnumerationOptions options = new()
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden,
        };
        return new DirectoryInfo(folder).EnumerateFiles("*", options)
            .Where(file => file.Exists && file.Length > 0)
            .Select(file => new FoundFile(file.FullName, System.IO.Path.GetRelativePath(folder, file.FullName), file.Length, file.LastWriteTimeUtc.Ticks));
    }

    /// <summary>Opens it for reading.</summary>
    /// <exception cref="IOException">It is not there any more, or a link has taken its place or that of a folder on the way.</exception>
    public FileStream Open()
    {
        FileStream stream = new(Path, new FileStreamOptions
        {
            Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        });
        if (RealPath.Of(stream.SafeFileHandle) == Path)
        {
            return stream;
        }

        stream.Dispose();
        throw new IOException($"'{Name}' is reached by a link.");
    }

    /// <summary>Whether an open file is still as it was found.</summary>
    public bool IsUnchanged(FileStream stream) => stream.Length == Size && File.GetLastWriteTimeUtc(stream.SafeFileHandle).Ticks == ModifiedAt;
}
