using System.Text;

namespace Pipeline.Tokenization.Normalization;

/// <summary>
/// Unicode's normalization form C (UAX #15). .NET has it only with ICU, which the invariant mode that the services run
/// in leaves out: there <see cref="string.Normalize()"/> returns what it was given.
/// </summary>
internal static class CanonicalComposition
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    public static string Normalize(string text)
    {
        // Nothing below U+0300 combines with what stands before it.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF') < 0)
        {
            return text;
        }
        var codePoints = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, codePoints);
        }
        Order(codePoints);
        Compose(codePoints);
        var result = new StringBuilder(text.Length);
        foreach (int codePoint in codePoints)
        {
            result.Append(new Rune(codePoint));
        }
        return result.ToString();
    }

    private static void Decompose(int codePoint, List<int> output)
    {
        int syllable = codePoint - HangulBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TrailCount));
            output.Add(VowelBase + syllable % (VowelCount * TrailCount) / TrailCount);
            if (syllable % TrailCount != 0)
            {
                output.Add(TrailBase + syllable % TrailCount);
            }
        }
        else if (CanonicalData.Decompositions.TryGetValue(codePoint, out int[]? parts))
        {
            foreach (int part in parts)
            {
                Decompose(part, output);
            }
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>Sorts each run of combining marks by class, keeping the order of equals.</summary>
    private static void Order(List<int> codePoints)
    {
        for (int start = 0; start < codePoints.Count; start++)
        {
            int end = start;
            while (end < codePoints.Count && CanonicalData.Class(codePoints[end]) != 0)
            {
                end++;
            }
            if (end - start > 1)
            {
                int[] run = [.. codePoints.GetRange(start, end - start).OrderBy(CanonicalData.Class)];
                for (int i = 0; i < run.Length; i++)
                {
                    codePoints[start + i] = run[i];
                }
            }
            start = end;
        }
    }

    private static void Compose(List<int> codePoints)
    {
        int starter = -1;
        int kept = 0;
        int lastClass = 0;
        for (int i = 0; i < codePoints.Count; i++)
        {
            int current = codePoints[i];
            int currentClass = CanonicalData.Class(current);
            // A mark is blocked from its starter by one of the same or a higher class between them.
            bool adjacent = starter == kept - 1;
            if (starter >= 0 && (adjacent || lastClass < currentClass)
                && TryPair(codePoints[starter], current, out int composed))
            {
                codePoints[starter] = composed;
                continue;
            }
            if (currentClass == 0)
            {
                starter = kept;
            }
            lastClass = currentClass;
            codePoints[kept++] = current;
        }
        codePoints.RemoveRange(kept, codePoints.Count - kept);
    }

    private static bool TryPair(int first, int second, out int composed)
    {
        int lead = first - LeadBase, vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            composed = HangulBase + (lead * VowelCount + vowel) * TrailCount;
            return true;
        }
        int syllable = first - HangulBase, trail = second - TrailBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0
            && trail is > 0 and < TrailCount)
        {
            composed = first + trail;
            return true;
        }
        return CanonicalData.Compositions.TryGetValue((first, second), out composed);
    }
}
