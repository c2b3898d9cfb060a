using System.Text;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>The slips of text recognition: characters taken for others, lost punctuation, split and joined words.</summary>
internal static class OcrNoise
{
    private const string Likely = "0O1IL5S8BZ2G6UVCEMN.,:-'";
    private const string Mistaken = "OQIl1S58B2ZC0VUGFNM,..~`";

    /// <summary>Returns <paramref name="text"/> with about <paramref name="rate"/> slips a character.</summary>
    public static string Apply(Chance chance, string text, double rate)
    {
        if (rate <= 0 || text.Length == 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 4);
        foreach (var character in text)
        {
            if (!chance.Maybe(rate))
            {
                result.Append(character);
                continue;
            }

            var at = Likely.IndexOf(character, StringComparison.Ordinal);
            if (char.IsPunctuation(character) && chance.Maybe(0.6))
            {
                continue;
            }

            if (at >= 0 && chance.Maybe(0.7))
            {
                result.Append(Mistaken[at]);
            }
            else if (character == ' ')
            {
                result.Append(chance.Maybe(0.5) ? "" : "  ");
            }
            else if (char.IsLetter(character) && chance.Maybe(0.3))
            {
                result.Append(character).Append(' ');
            }
            else if (char.IsLetter(character))
            {
                result.Append(char.IsUpper(character) ? chance.Letter() : char.ToLowerInvariant(chance.Letter()));
            }
            else
            {
                result.Append(character);
            }
        }

        // Slips must not leave a value empty, or with a space at its edge that its line already ends at.
        var noisy = result.ToString();
        if (noisy.Trim().Length == 0)
        {
            return text;
        }

        return text.Trim().Length == text.Length ? noisy.Trim() : noisy;
    }
}
