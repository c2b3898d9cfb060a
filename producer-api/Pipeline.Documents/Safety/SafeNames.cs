using System.Text;

namespace Pipeline.Documents.Safety;

/// <summary>
/// Names of documents as they may be shown and stored: relative, with <c>/</c> between folders, without empty parts, <c>.</c>,
/// <c>..</c>, drive letters, control characters or halves of surrogate pairs. They are names only: nothing is written under them.
/// </summary>
public static class SafeNames
{
    /// <summary>Characters of a name; of a longer one the end stays, where the file's own name is.</summary>
    public const int Longest = 400;

    /// <summary>A name made safe; <c>file</c> where nothing is left of it.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        StringBuilder clean = new(Math.Min(name.Length, Longest));
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (!Rune.IsControl(rune) && rune != Rune.ReplacementChar)
            {
                clean.Append(rune);
            }
        }

        string[] parts = [.. clean.ToString().Split('/', '\\').Select(part => part.Trim()).Where(part => part is not ("" or "." or "..") && !IsDrive(part))];
        string safe = string.Join('/', parts);
        if (safe.Length > Longest)
        {
            int start = safe.Length - Longest;
            safe = safe[(char.IsLowSurrogate(safe[start]) ? start + 1 : start)..].TrimStart('/');
        }

        return safe.Length > 0 ? safe : "file";
    }

    /// <summary>The name of something in a file: the file's name, a slash, its own.</summary>
    public static string Inside(string file, string name) => Of($"{file}/{Of(name)}");

    private static bool IsDrive(string part) => part.Length == 2 && part[1] == ':' && char.IsAsciiLetter(part[0]);
}
