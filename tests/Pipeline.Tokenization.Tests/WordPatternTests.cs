using CsCheck;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization.Tests;

public class WordPatternTests
{
    private static readonly string[] Scraps =
    [
        "a", "Z", "the", "HTTP", "xY", "é", "ж", "Ω", "ǅ", "ʰ", "語", "ก", "\u0301", "\u0903", "\u20DD", "1", "23", "½", "Ⅷ", "٣", "𝟙", "𝒳", "𐐀", "𐐨", "😀", "\U000E0100",
        " ", "  ", "\t", "\n", "\r\n", "\u00A0", "\u3000", "\u0085", "'", "'s", "'S", "'re", "'VE", "'ll", "'l", "'d", "!", "/", "//", "_", "__", "-", "---", "*", "**", "=", ".", "..", "{", "\"", "\":\"", "\",\"", "\"}", "\0", "\u200D", "\uFFFD", "\u0378",
    ];

    public static readonly TheoryData<string> Expressions =
        [WordPattern.Gpt2, WordPattern.Llama3, WordPattern.Qwen2, WordPattern.Gpt4o, WordPattern.Tekken];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void A_pattern_written_out_cuts_where_its_expression_does(string expression)
    {
        CutsAsItsExpression(new WordPatternSplitter(WordPattern.Of(expression)!), expression);
    }

    [Fact]
    public void The_shipped_models_runs_are_cut_where_its_expression_does()
    {
        CutsAsItsExpression(new RunSplitter(), RunSplitter.Expression);
    }

    private static void CutsAsItsExpression(Splitter written, string expression)
    {
        var original = new RegexSplitter(new CodePointExpression(expression), SplitBehavior.Isolated, invert: false);
        Gen.Int[0, Scraps.Length - 1].Select(i => Scraps[i]).Array[1, 12].Select(string.Concat).Sample(
            text => Assert.Equal(Pieces(original, text), Pieces(written, text)), iter: 10_000);
    }

    private static List<string> Pieces(Splitter splitter, string text)
    {
        var list = new PieceList(text, beginsText: true);
        splitter.Apply(list);
        return list.Pieces.ConvertAll(piece => text.Substring(piece.Start, piece.Length));
    }
}
