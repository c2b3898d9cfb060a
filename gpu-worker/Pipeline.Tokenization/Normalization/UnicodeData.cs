using System.Globalization;

namespace Pipeline.Tokenization.Normalization;

/// <summary>
/// Unicode's decompositions and combining classes, from the resources canonical.txt and compatibility.txt. Read at the
/// first use, then immutable.
/// </summary>
internal static class UnicodeData
{
    private static readonly Dictionary<int, byte> Classes = [];

    static UnicodeData()
    {
        foreach (string[] fields in Lines("canonical.txt"))
        {
            AddCanonical(fields);
        }
        foreach (string[] fields in Lines("compatibility.txt"))
        {
            AddCompatibility(fields);
        }
    }

    /// <summary>Canonical decompositions, one step deep.</summary>
    public static Dictionary<int, int[]> Canonical { get; } = [];

    /// <summary>Compatibility decompositions, one step deep; what decomposes canonically is not among them.</summary>
    public static Dictionary<int, int[]> Compatibility { get; } = [];

    public static Dictionary<(int, int), int> Compositions { get; } = [];

    /// <summary>All code points that decompose or combine, but for Hangul, which does by arithmetic.</summary>
    public static IEnumerable<int> Listed => Canonical.Keys.Concat(Compatibility.Keys).Concat(Classes.Keys);

    /// <summary>The canonical combining class; 0 for whatever does not combine.</summary>
    public static int Class(int codePoint) => codePoint < 0x300 ? 0 : Classes.GetValueOrDefault(codePoint);

    private static IEnumerable<string[]> Lines(string file)
    {
        string name = "Pipeline.Tokenization.Normalization." + file;
        using Stream stream = typeof(UnicodeData).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line.Split(';');
            }
        }
    }

    private static void AddCanonical(string[] fields)
    {
        int codePoint = Hex(fields[0]);
        if (fields[1] != "0")
        {
            Classes[codePoint] = byte.Parse(fields[1]);
        }
        if (fields[2].Length == 0)
        {
            return;
        }
        bool excluded = fields[2][0] == '!';
        int[] parts = [.. fields[2].TrimStart('!').Split(' ').Select(Hex)];
        Canonical[codePoint] = parts;
        if (parts.Length == 2 && !excluded)
        {
            Compositions[(parts[0], parts[1])] = codePoint;
        }
    }

    private static void AddCompatibility(string[] fields)
    {
        int[] range = [.. fields[0].Split('-').Select(Hex)];
        int[] parts = [.. fields[1].Split(' ').Select(Hex)];
        for (int codePoint = range[0]; codePoint <= range[^1]; codePoint++)
        {
            Compatibility[codePoint] = range.Length == 1 ? parts : [parts[0] + codePoint - range[0]];
        }
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber);
}
