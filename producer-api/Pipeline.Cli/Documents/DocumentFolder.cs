using System.Net;

namespace Pipeline.Cli.Documents;

/// <summary>Files that are sent to the API as documents; what is in them, and whether that can be read, the API finds out.</summary>
internal static class DocumentFolder
{
    /// <summary>Adds a file, or all files of a folder in a stable order, to a form: under their names from the folder on, read while they are sent.</summary>
    /// <exception cref="CliException">There is no file.</exception>
    public static void AddTo(MultipartFormDataContent form, string path)
    {
        bool isFolder = Directory.Exists(path);
        string[] files = isFolder
            ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => !IsHidden(Path.GetRelativePath(path, file))).Order(StringComparer.Ordinal)]
            : [path];
        if (files.Length == 0)
        {
            throw CliException.Usage($"{path}: there are no files in it");
        }

        foreach (string file in files)
        {
            form.Add(new FileContent(file), "files", isFolder ? Path.GetRelativePath(path, file).Replace('\\', '/') : Path.GetFileName(file));
        }
    }

    /// <summary>Whether a file, or a folder on the way to it, is one that systems and tools hide.</summary>
    private static bool IsHidden(string path) => path.Split('/', '\\').Any(part => part.StartsWith('.'));

    /// <summary>Opened when its turn comes, so that any number of them is sent with one open.</summary>
    private sealed class FileContent(string path) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await using FileStream file = File.OpenRead(path);
            await file.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
