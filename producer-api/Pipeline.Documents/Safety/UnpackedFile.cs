namespace Pipeline.Documents.Safety;

/// <summary>Takes a file out of another one: into memory while it is small, else into a temporary file that goes with the stream.</summary>
internal static class UnpackedFile
{
    private const int SmallEnough = 1 << 20;

    /// <summary>Copies what is packed, counting as it comes: what a header says about sizes is not believed.</summary>
    /// <param name="packed">The content, as it unpacks.</param>
    /// <param name="packedBytes">Bytes that it is packed into; 0 where it is not compressed.</param>
    /// <param name="extraction">Limits.</param>
    /// <returns>The file at its beginning; the caller disposes it.</returns>
    /// <exception cref="UnreadableException">It is larger than it may be, or grows suspiciously.</exception>
    public static Stream Take(Stream packed, long packedBytes, Extraction extraction)
    {
        Stream target = new MemoryStream();
        try
        {
            byte[] buffer = new byte[64 << 10];
            long length = 0;
            while (packed.Read(buffer) is int read and > 0)
            {
                length += read;
                extraction.CountUnpacked(read);
                Check(length, packedBytes, extraction.Limits);
                if (target is MemoryStream && length > SmallEnough)
                {
                    target = ToDisk(target);
                }

                target.Write(buffer.AsSpan(0, read));
            }

            target.Position = 0;
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private static void Check(long length, long packedBytes, ExtractionLimits limits)
    {
        if (length > limits.MaxFileBytes)
        {
            throw new UnreadableException(UnreadableException.TooLarge, $"It unpacks to more than {limits.MaxFileBytes} bytes.");
        }

        if (packedBytes > 0 && length > limits.RatioFrom && length / packedBytes > limits.MaxRatio)
        {
            throw new UnreadableException(UnreadableException.TooLarge, $"It unpacks to more than {limits.MaxRatio} times its size: it is not read.");
        }
    }

    private static FileStream ToDisk(Stream memory)
    {
        FileStream file = TemporaryFile.Create();
        memory.Position = 0;
        memory.CopyTo(file);
        memory.Dispose();
        return file;
    }
}
