using System.IO.Compression;
using Pipeline.Documents.Safety;

namespace Pipeline.Documents.Formats;

/// <summary>
/// Zip archives: each file in them is a document of its own. Nothing is unpacked under an entry's name, so that no name leads
/// anywhere; sizes are counted as they come, whatever the headers say.
/// </summary>
internal sealed class ZipFormat : IDocumentFormat
{
    /// <summary>Bytes of the directory, which the framework reads into memory whole.</summary>
    private const long LongestDirectory = 16 << 20;

    public string Name => "zip";

    public IReadOnlyList<string> Extensions => [".zip"];

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8);

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction)
    {
        BoundedStream content = new(file.Content, LongestDirectory);
        using ZipArchive archive = new(content, ZipArchiveMode.Read, leaveOpen: true);
        ZipArchiveEntry[] entries = [.. archive.Entries.Where(entry => !IsBycatch(entry.FullName))];
        content.Lift();
        if (entries.Length > extraction.Limits.MaxEntries)
        {
            throw new UnreadableException(UnreadableException.TooLarge, $"It has {entries.Length} files, more than the {extraction.Limits.MaxEntries} that are read.");
        }

        if (entries.Length == 0)
        {
            throw new UnreadableException(UnreadableException.NoText, "There are no files in it.");
        }

        foreach (ZipArchiveEntry entry in entries)
        {
            string name = SafeNames.Inside(file.Name, entry.FullName);
            if (Take(entry, extraction, out UnreadableException? problem) is { } unpacked)
            {
                using (unpacked)
                {
                    yield return new Finding.File(new SourceFile(name, unpacked));
                }
            }
            else
            {
                yield return new Finding.Unreadable(name, problem!);
            }
        }
    }

    /// <summary>The entry's content; null, with the reason, if this one cannot be unpacked and the next may.</summary>
    private static Stream? Take(ZipArchiveEntry entry, Extraction extraction, out UnreadableException? problem)
    {
        problem = null;
        try
        {
            if (entry.IsEncrypted)
            {
                throw new UnreadableException(UnreadableException.Encrypted, "It is protected by a password.");
            }

            using Stream packed = entry.Open();
            return UnpackedFile.Take(packed, Math.Max(1, entry.CompressedLength), extraction);
        }
        catch (UnreadableException e) when (!extraction.IsSpent)
        {
            problem = e;
        }
        catch (InvalidDataException e)
        {
            problem = new UnreadableException(UnreadableException.Damaged, $"It cannot be unpacked: {e.Message}", e);
        }

        return null;
    }

    /// <summary>Folders, and what systems put beside a user's files.</summary>
    private static bool IsBycatch(string name) =>
        name.EndsWith('/') || name.EndsWith('\\')
        || name.StartsWith("__MACOSX/", StringComparison.Ordinal)
        || Path.GetFileName(name) is ".DS_Store" or "Thumbs.db" or "desktop.ini";
}
