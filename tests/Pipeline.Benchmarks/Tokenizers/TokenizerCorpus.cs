using System.Text;
using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Tokenizers;

/// <summary>Texts of one kind, in lines of about four kilobytes, as in a batch file.</summary>
/// <param name="Name">What kind it is.</param>
/// <param name="Lines">The texts.</param>
internal sealed record TokenizerCorpus(string Name, IReadOnlyList<string> Lines)
{
    private const int LineLength = 4096;

    /// <summary>The project's own prose and code, and words of many scripts.</summary>
    /// <param name="bytes">How much of each, about.</param>
    public static IReadOnlyList<TokenizerCorpus> All(int bytes) =>
    [
        new("prose", Cut(Files("*.md"), bytes)),
        new("code", Cut(Files("*.cs"), bytes)),
        new("many scripts", Cut(ManyScripts(bytes), bytes)),
    ];

    private static string Files(string pattern)
    {
        string root = Path.GetFullPath(Path.Combine(Folders.Results, "..", ".."));
        string[] files = [.. Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(root, file).Split('/').Any(part => part is "bin" or "obj" or ".run" or "artifacts" or ".git"))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0
            ? string.Concat(files.Select(File.ReadAllText))
            : throw new BenchmarkException($"There are no {pattern} files under {root} to tokenize.");
    }

    /// <summary>A text as lines, from its beginning again where it is too short; each line begins otherwise.</summary>
    private static List<string> Cut(string text, int bytes)
    {
        var lines = new List<string>();
        for (int position = 0; bytes > 0; position += LineLength)
        {
            int start = position % Math.Max(1, text.Length - LineLength);
            string line = $"{lines.Count} {text.AsSpan(start, Math.Min(LineLength, text.Length - start)).Trim('\uFFFD')}";
            lines.Add(line);
            bytes -= Encoding.UTF8.GetByteCount(line);
        }

        return lines;
    }

    /// <summary>Words drawn from a vocabulary of each script, few of them often, as languages do.</summary>
    private static string ManyScripts(int bytes)
    {
        var random = new Random(1);
        (int First, int Last)[] scripts = [('a', 'z'), (0x430, 0x44F), (0x3B1, 0x3C9), (0x5D0, 0x5EA), (0x628, 0x64A), (0x915, 0x939), (0xE01, 0xE2E), (0x3041, 0x3096), (0x4E00, 0x5FFF), (0xAC00, 0xB000)];
        string[][] words = [.. scripts.Select(script => Enumerable.Range(0, 3000)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => (char)random.Next(script.First, script.Last + 1)))).ToArray())];
        var text = new StringBuilder();
        while (text.Length < bytes)
        {
            string[] script = words[random.Next(words.Length)];
            for (int left = random.Next(5, 40); left > 0; left--)
            {
                text.Append(script[(int)(script.Length * Math.Pow(random.NextDouble(), 3))]).Append(' ');
            }

            text.Append(random.Next(3) == 0 ? "😀\n" : "1234, ");
        }

        return text.ToString();
    }
}
