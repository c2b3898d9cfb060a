using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Tokenization;

namespace Pipeline.Tokenization.Tests;

/// <summary>Byte pair encoding as its description says it, over and over: find the best pair anywhere, join it.</summary>
internal static class NaiveEncoder
{
    // GPT-2's pattern with letters and digits beyond the basic plane spelled as surrogate pairs.
    private const string Pattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?(?:\p{L}|\ud835[\udc00-\udfcb]|\ud840[\udc00-\udfff])+| ?\p{N}+| ?(?:(?!\ud835[\udc00-\udfcb]|\ud840[\udc00-\udfff])[^\s\p{L}\p{N}\ud800-\udfff]|(?!\ud835|\ud840)[\ud800-\udbff][\udc00-\udfff])+|\s+(?!\S)|\s+";

    public static List<int> Encode(Tokenizer tokenizer, string[] merges, string text)
    {
        List<int> tokens = [];
        foreach (Match piece in Regex.Matches(text, Pattern))
        {
            List<string> symbols = [.. Encoding.UTF8.GetBytes(piece.Value).Select(value => Spelling(tokenizer, value))];
            while (Best(symbols, merges) is { } best)
            {
                int at = Enumerable.Range(0, symbols.Count - 1).First(i => symbols[i] + " " + symbols[i + 1] == best);
                symbols[at] += symbols[at + 1];
                symbols.RemoveAt(at + 1);
            }
            tokens.AddRange(symbols.Select(symbol => tokenizer.TokenId(symbol)!.Value));
        }
        return tokens;
    }

    private static string? Best(List<string> symbols, string[] merges) =>
        merges.FirstOrDefault(merge => symbols.Zip(symbols.Skip(1)).Any(pair => pair.First + " " + pair.Second == merge));

    private static string Spelling(Tokenizer tokenizer, byte value)
    {
        bool printable = value is (>= (byte)'!' and <= (byte)'~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
        string own = ((char)value).ToString();
        return printable ? own : Enumerable.Range(256, 68).Select(c => ((char)c).ToString()).First(c => tokenizer.TokenId(c) == value);
    }
}
