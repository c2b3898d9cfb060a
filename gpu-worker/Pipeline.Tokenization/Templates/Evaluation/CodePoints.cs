using System.Text;

namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Strings as Python sees them: sequences of code points.</summary>
internal static class CodePoints
{
    public static long Count(string text)
    {
        long count = text.Length;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                count--;
                i++;
            }
        }
        return count;
    }

    public static List<string> Split(string text)
    {
        var parts = new List<string>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            parts.Add(text.Substring(i, pair ? 2 : 1));
            i += pair ? 1 : 0;
        }
        return parts;
    }

    public static string Join(IEnumerable<object?> parts)
    {
        var text = new StringBuilder();
        foreach (object? part in parts)
        {
            text.Append((string)part!);
        }
        return text.ToString();
    }
}
