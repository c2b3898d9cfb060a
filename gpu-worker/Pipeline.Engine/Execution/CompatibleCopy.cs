namespace Pipeline.Engine.Execution;

/// <summary>
/// Keeps a copy of a native library with one symbol version requirement marked weak.
/// Safe between processes: a copy appears whole, by rename, or not at all.
/// </summary>
internal static class CompatibleCopy
{
    /// <summary>Returns the path of such a copy of <paramref name="library"/>, making it where there is none.</summary>
    /// <param name="library">The library's path; the file is only read.</param>
    /// <param name="version">The version requirement to weaken.</param>
    /// <param name="directory">Where the copy belongs; when it cannot be written, the temporary directory is used.</param>
    /// <exception cref="DllNotFoundException">The library does not ask for that version, so a copy would not help.</exception>
    public static string Of(string library, string version, string directory)
    {
        byte[] image = File.ReadAllBytes(library);
        if (ElfVersionNeeds.Weaken(image, version) == 0)
        {
            throw new DllNotFoundException(
                $"{library} does not load, and not for want of {version}: run `ldd {library}` to see what is missing.");
        }

        try
        {
            return Write(image, directory, Path.GetFileName(library));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // A read-only installation; a private directory, since another user could plant a library in a shared one.
            string own = Directory.CreateTempSubdirectory("pipeline-libtorch-").FullName;
            return Write(image, own, Path.GetFileName(library));
        }
    }

    private static string Write(byte[] image, string directory, string name)
    {
        string path = Path.Combine(directory, name);
        if (File.Exists(path) && new FileInfo(path).Length == image.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(image))
        {
            return path;
        }

        Directory.CreateDirectory(directory);
        string unfinished = Path.Combine(directory, $"{name}.{Guid.NewGuid():N}");
        File.WriteAllBytes(unfinished, image);
        File.Move(unfinished, path, overwrite: true);
        return path;
    }
}
