using System.Globalization;

namespace Pipeline.Tokenization.Normalization;

/// <summary>Unicode's canonical decompositions and combining classes, from the resource canonical.txt.</summary>
internal static class CanonicalData
{
    private const string Resource = "Pipeline.Tokenization.Normalization.canonical.txt";

    private static readonly Dictionary<int, byte> Classes = [];

    static CanonicalData()
    {
        using Stream stream = typeof(CanonicalData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Resource}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                Add(line.Split(';'));
            }
        }
    }

    public static Dictionary<int, int[]> Decompositions { get; } = [];

    public static Dictionary<(int, int), int> Compositions { get; } = [];

    /// <summary>The canonical combining class; 0 for whatever does not combine.</summary>
    public static int Class(int codePoint) => codePoint < 0x300 ? 0 : Classes.GetValueOrDefault(codePoint);

    private static void Add(string[] fields)
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
        Decompositions[codePoint] = parts;
        if (parts.Length == 2 && !excluded)
        {
            Compositions[(parts[0], parts[1])] = codePoint;
        }
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber);
}
