using System.Collections;
using System.Text;

namespace Pipeline.Tokenization.Normalization;

/// <summary>
/// Unicode's normalization forms (UAX #15). .NET has them only with ICU, which the invariant mode that the services run
/// in leaves out: there <see cref="string.Normalize()"/> returns what it was given. Immutable.
/// </summary>
internal sealed class UnicodeForm
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    public static readonly UnicodeForm C = new(compatibility: false, compose: true, '\u0300');
    public static readonly UnicodeForm D = new(compatibility: false, compose: false, '\u00C0');
    public static readonly UnicodeForm KC = new(compatibility: true, compose: true, '\u00A0');
    public static readonly UnicodeForm KD = new(compatibility: true, compose: false, '\u00A0');

    private readonly bool _compatibility;
    private readonly bool _compose;
    private readonly char _firstAffected;
    private readonly Lazy<BitArray> _affected;

    /// <param name="compatibility">Whether characters are also replaced by those that they are variants of.</param>
    /// <param name="compose">Whether what can be one character becomes one.</param>
    /// <param name="firstAffected">A text of characters below it is in this form already.</param>
    private UnicodeForm(bool compatibility, bool compose, char firstAffected)
    {
        _compatibility = compatibility;
        _compose = compose;
        _firstAffected = firstAffected;
        _affected = new(FindAffected);
    }

    public string Normalize(string text) => IsAffected(text) ? NormalizeAll(text) : text;

    /// <summary>Whether a text has a character that may change, or change its neighbours. Most texts have none.</summary>
    private bool IsAffected(string text)
    {
        int first = text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(_firstAffected - 1));
        if (first < 0)
        {
            return false;
        }
        foreach (Rune rune in text.AsSpan(first).EnumerateRunes())
        {
            if (_affected.Value[rune.Value])
            {
                return true;
            }
        }
        return false;
    }

    private BitArray FindAffected()
    {
        var affected = new BitArray(0x110000);
        foreach (int codePoint in UnicodeData.Listed)
        {
            string alone = new Rune(codePoint).ToString();
            affected[codePoint] = UnicodeData.Class(codePoint) != 0 || NormalizeAll(alone) != alone;
        }
        foreach ((int _, int second) in UnicodeData.Compositions.Keys)
        {
            affected[second] |= _compose;
        }
        (int start, int count) = _compose ? (VowelBase, TrailBase + TrailCount - VowelBase) : (HangulBase, LeadCount * VowelCount * TrailCount);
        for (int i = 0; i < count; i++)
        {
            affected[start + i] = true;
        }
        return affected;
    }

    private string NormalizeAll(string text)
    {
        var codePoints = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, codePoints);
        }
        Order(codePoints);
        if (_compose)
        {
            Compose(codePoints);
        }
        var result = new StringBuilder(text.Length);
        foreach (int codePoint in codePoints)
        {
            result.Append(new Rune(codePoint));
        }
        return result.ToString();
    }

    private void Decompose(int codePoint, List<int> output)
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
        else if (UnicodeData.Canonical.TryGetValue(codePoint, out int[]? parts)
            || (_compatibility && UnicodeData.Compatibility.TryGetValue(codePoint, out parts)))
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
            while (end < codePoints.Count && UnicodeData.Class(codePoints[end]) != 0)
            {
                end++;
            }
            if (end - start > 1)
            {
                int[] run = [.. codePoints.GetRange(start, end - start).OrderBy(UnicodeData.Class)];
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
            int currentClass = UnicodeData.Class(current);
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
        return UnicodeData.Compositions.TryGetValue((first, second), out composed);
    }
}
