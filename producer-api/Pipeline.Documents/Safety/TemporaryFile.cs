namespace Pipeline.Documents.Safety;

/// <summary>Room on the disk for what is too large for memory.</summary>
public static class TemporaryFile
{
    /// <summary>A new file, nobody else's to read, that is gone when it is closed.</summary>
    public static FileStream Create() => new(
        Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 64 << 10, FileOptions.DeleteOnClose);
}
