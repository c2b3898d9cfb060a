using Pipeline.Documents.Text;

namespace Pipeline.Documents;

/// <summary>
/// Reads a file into documents: one of most formats, many of an archive, a message and its attachments, or a table by rows. A
/// file that cannot be read is one document with the reason; it does not keep the others from being read.
/// </summary>
public static class DocumentReader
{
    /// <summary>The documents of a file, lazily, one in memory at a time. Blocks while it reads.</summary>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public static IEnumerable<ReadDocument> Read(SourceFile file, Extraction extraction)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(extraction);
        return Read(file, extraction, depth: 0);
    }

    private static IEnumerable<ReadDocument> Read(SourceFile file, Extraction extraction, int depth)
    {
        if (!TryFormat(file, extraction, depth, out IDocumentFormat? format, out UnreadableException? problem))
        {
            yield return new ReadDocument(file.Name, null, null, null, problem);
            yield break;
        }

        using IEnumerator<Finding> findings = Begin(format!, file, extraction).GetEnumerator();
        while (TryNext(findings, extraction, format!, out Finding? finding, out problem))
        {
            switch (finding)
            {
                case Finding.File inner:
                    foreach (ReadDocument document in Read(inner.Source, extraction, depth + 1))
                    {
                        yield return document;
                    }

                    break;
                case Finding.Unreadable part:
                    yield return new ReadDocument(part.Name, null, null, null, part.Reason);
                    break;
                case Finding.Text text:
                    yield return Finished(text, format!.Name);
                    break;
            }
        }

        if (problem is not null)
        {
            yield return new ReadDocument(file.Name, format!.Name, null, null, problem);
        }
    }

    /// <summary>The findings, none of which is looked for before it is asked for, whether or not the format is as lazy.</summary>
    private static IEnumerable<Finding> Begin(IDocumentFormat format, SourceFile file, Extraction extraction)
    {
        foreach (Finding finding in format.Read(file, extraction))
        {
            yield return finding;
        }
    }

    private static ReadDocument Finished(Finding.Text found, string kind)
    {
        string text = CleanText.Of(found.Content);
        return text.Length > 0
            ? new ReadDocument(found.Name, kind, text, found.Pages, null)
            : new ReadDocument(found.Name, kind, null, found.Pages, new UnreadableException(UnreadableException.NoText, found.Pages > 0
                ? "It has no text: its pages are pictures, such as scans, which are not read."
                : "It has no text."));
    }

    private static bool TryFormat(SourceFile file, Extraction extraction, int depth, out IDocumentFormat? format, out UnreadableException? problem)
    {
        (format, problem) = (null, null);
        try
        {
            if (depth > extraction.Limits.MaxDepth)
            {
                throw new UnreadableException(UnreadableException.TooDeep, $"It lies more than {extraction.Limits.MaxDepth} files deep in other files.");
            }

            if (file.Content.Length > extraction.Limits.MaxFileBytes)
            {
                throw new UnreadableException(UnreadableException.TooLarge, $"It has more than {extraction.Limits.MaxFileBytes} bytes.");
            }

            format = DocumentFormats.Of(file);
            return true;
        }
        catch (UnreadableException e)
        {
            problem = e;
            return false;
        }
    }

    private static bool TryNext(
        IEnumerator<Finding> findings, Extraction extraction, IDocumentFormat format, out Finding? finding, out UnreadableException? problem)
    {
        (finding, problem) = (null, null);
        try
        {
            extraction.Cancellation.ThrowIfCancellationRequested();
            if (!findings.MoveNext())
            {
                return false;
            }

            finding = findings.Current;
            return true;
        }
        catch (UnreadableException e)
        {
            problem = e;
            return false;
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // Parsers of these formats throw whatever they stumble over; to the owner it is all the same.
            problem = new UnreadableException(UnreadableException.Damaged, $"It cannot be read as {format.Name}: {e.Message}", e);
            return false;
        }
    }
}
