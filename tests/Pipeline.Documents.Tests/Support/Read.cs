using System.IO.Compression;
using System.Text;

namespace Pipeline.Documents.Tests.Support;

/// <summary>Reads what the tests make.</summary>
internal static class Read
{
    public static List<ReadDocument> All(string name, byte[] content, ExtractionLimits? limits = null, bool rows = false) =>
        [.. DocumentReader.Read(new SourceFile(name, new MemoryStream(content)), new Extraction(limits ?? new(), rows, TestContext.Current.CancellationToken))];

    public static ReadDocument One(string name, byte[] content, ExtractionLimits? limits = null) => Assert.Single(All(name, content, limits));

    public static ReadDocument One(string name, string content) => One(name, Encoding.UTF8.GetBytes(content));

    public static string Text(string name, byte[] content)
    {
        ReadDocument document = One(name, content);
        Assert.Null(document.Problem);
        return document.Text!;
    }

    public static string Text(string name, string content) => Text(name, Encoding.UTF8.GetBytes(content));

    public static UnreadableException Problem(string name, byte[] content, ExtractionLimits? limits = null)
    {
        ReadDocument document = One(name, content, limits);
        Assert.Null(document.Text);
        return Assert.IsType<UnreadableException>(document.Problem);
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
