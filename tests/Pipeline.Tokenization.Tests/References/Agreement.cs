using System.Text;
using System.Text.Json;
using Pipeline.Tokenization;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>Compares a tokenizer with the original over chosen and random texts, there and back.</summary>
internal static class Agreement
{
    private const int RandomTexts = 1000;
    private const int RandomTokens = 300;

    /// <param name="directory">A folder with a tokenizer.json.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="javaScriptDiffers">The chosen texts of which the port to JavaScript makes other tokens; null asks it nothing.</param>
    /// <param name="around">Whether the tokens around a text are compared as well.</param>
    public static async Task CheckAsync(string directory, CancellationToken cancellationToken, string[]? javaScriptDiffers = null, bool around = true)
    {
        Tokenizer tokenizer = Tokenizer.Load(directory);
        var random = new Random(7);
        string[] texts = [.. UglyTexts.Chosen, .. UglyTexts.Random(random, RandomTexts, AddedTokens(directory))];
        int[][] tokens = [.. Enumerable.Range(0, RandomTokens).Select(_ => AnyTokens(tokenizer, random))];

        (ReferenceEncoding[] encodings, string[] decoded) = await new ReferenceTokenizer(directory).AskAsync(
            texts, around, javaScriptDiffers is null ? 0 : UglyTexts.Chosen.Length, tokens, cancellationToken);
        for (int i = 0; i < texts.Length; i++)
        {
            AssertSame(tokenizer, texts[i], encodings[i].Ids, tokenizer.Encode(texts[i], around));
            AssertDecodes(tokenizer, encodings[i].Ids, skipSpecial: true, encodings[i].Decoded);
            if (encodings[i].JavaScript is { } javaScript)
            {
                Assert.Equal(javaScriptDiffers!.Contains(texts[i]), !javaScript.AsSpan().SequenceEqual(encodings[i].Ids));
            }
        }
        for (int i = 0; i < tokens.Length; i++)
        {
            AssertDecodes(tokenizer, tokens[i], skipSpecial: false, decoded[i]);
            AssertBytesAreThoseOfTheText(tokenizer, tokens[i]);
        }
    }

    /// <summary>Tokens in no order that text would give; many of single bytes and characters, which come first in vocabularies.</summary>
    private static int[] AnyTokens(Tokenizer tokenizer, Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(random.Next(2) == 0 ? Math.Min(700, tokenizer.VocabularySize) : tokenizer.VocabularySize))];

    private static void AssertDecodes(Tokenizer tokenizer, int[] tokens, bool skipSpecial, string expected)
    {
        Assert.Equal(expected, tokenizer.Decode(tokens, skipSpecial));
        IncrementalDecoder decoder = tokenizer.CreateDecoder(skipSpecial);
        var text = new StringBuilder();
        foreach (int token in tokens)
        {
            string part = decoder.Append(token);
            Assert.True(part.Length == 0 || (!char.IsLowSurrogate(part[0]) && !char.IsHighSurrogate(part[^1])));
            text.Append(part);
        }
        Assert.Equal(expected, text.Append(decoder.Flush()).ToString());
    }

    /// <summary>After a token that is a word, tokens add to the text what their bytes are; where those are UTF-8.</summary>
    private static void AssertBytesAreThoseOfTheText(Tokenizer tokenizer, int[] tokens)
    {
        int word = Enumerable.Range(0, tokenizer.VocabularySize).First(id => Text(id)?.Trim() is [>= 'a' and <= 'z', ..]);
        int[] text = [.. tokens.Where(id => !tokenizer.IsSpecial(id))];
        byte[] bytes = [.. text.SelectMany(id => tokenizer.TryGetBytes(id, out ReadOnlyMemory<byte> some) ? some.ToArray() : [])];
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            Assert.Equal(tokenizer.Decode([word], true) + Encoding.UTF8.GetString(bytes), tokenizer.Decode((int[])[word, .. text], true));
        }

        string? Text(int id) => tokenizer.TryGetBytes(id, out ReadOnlyMemory<byte> some) ? Encoding.UTF8.GetString(some.Span) : null;
    }

    private static List<string> AddedTokens(string directory)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        return [.. file.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString()!)];
    }

    private static void AssertSame(Tokenizer tokenizer, string text, int[] expected, int[] actual)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            Assert.Fail($"{JsonSerializer.Serialize(text)}\nexpected {Spell(expected)}\nactual   {Spell(actual)}");
        }

        string Spell(int[] ids) => string.Join(' ', ids.Select(id => $"{id}'{tokenizer.Spelling(id)}'"));
    }
}
