namespace Pipeline.Documents.Safety;

/// <summary>Room on the disk for what is too large for memory.</summary>
public static class TemporaryFile
{
    /// <summary>A new file without a name, nobody else's to read: it is gone when it is closed, also by the death of its process.</summary>
    public static FileStream Create()
    {
        string path = Path.GetTempFileName();
        FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 64 << 10);
        File.Delete(path);
        return file;
    }
}
