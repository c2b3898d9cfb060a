using Pipeline.Tokenization.Normalization;

namespace Pipeline.Tokenization.Tests;

/// <summary>Facts from Unicode's NormalizationTest.txt and UAX #15.</summary>
public class UnicodeFormTests
{
    [Theory]
    [InlineData("plain ASCII", "plain ASCII")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u00E9", "\u00E9")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9")] // Angstrom and Ohm signs become letters.
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")] // A mark of a lower class comes first, and composes.
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315b")]
    [InlineData("\u0958", "\u0915\u093C")] // Excluded from composition.
    [InlineData("\u1100\u1161\u11A8", "\uAC01")] // Hangul syllables compose by arithmetic.
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\uAC01\u11A8", "\uAC01\u11A8")]
    [InlineData("\uD55C\uAE00", "\uD55C\uAE00")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("a\u0334\u0301", "\u00E1\u0334")]
    [InlineData("\uFB01", "\uFB01")] // Compatibility characters stay.
    [InlineData("\uF900", "\u8C48")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\U0001109A", "\U0001109A")]
    [InlineData("\U00011099\U000110BA", "\U0001109A")]
    [InlineData("\u0300a", "\u0300a")]
    [InlineData("a\u0300\u0300", "\u00E0\u0300")]
    public void Text_is_composed(string text, string expected)
    {
        Assert.Equal(expected, UnicodeForm.C.Normalize(text));
        Assert.Equal(expected, UnicodeForm.C.Normalize(expected));
    }
}
