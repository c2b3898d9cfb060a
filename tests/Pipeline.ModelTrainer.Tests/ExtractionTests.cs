using Pipeline.ModelTrainer.Documents;
using Pipeline.ModelTrainer.Prompts;

namespace Pipeline.ModelTrainer.Tests;

public sealed class ExtractionTests
{
    private static readonly DocumentMaker Maker = new(21);

    [Fact]
    public void A_receipt_is_usually_asked_by_the_wording_of_the_measurements()
    {
        var receipt = Maker.Make(1, 1, DocumentKind.Receipt);
        Assert.Equal($"{Extraction.ReceiptInstruction}\n\n{receipt.Text}", Extraction.Usual(receipt).User);
    }

    [Fact]
    public void Answers_are_one_line_of_json_with_the_documents_values_in_the_order_asked()
    {
        var partial = 0;
        for (var i = 0; i < 500; i++)
        {
            var document = Maker.Make(i);
            var extraction = Extraction.About(new Chance(22, i), document);
            Assert.DoesNotContain('\n', extraction.Answer);
            var answer = AnswerJson.Read(extraction.Answer);
            Assert.NotNull(answer);
            Assert.NotEmpty(answer);
            Assert.All(answer, pair => Assert.Equal(document[pair.Key], pair.Value));
            var instruction = extraction.User[..extraction.User.IndexOf("\n\n", StringComparison.Ordinal)];
            var asked = string.Join(", ", answer.Keys);
            var withAnd = answer.Count == 1 ? asked : string.Join(", ", answer.Keys.SkipLast(1)) + " and " + answer.Keys.Last();
            Assert.True(
                instruction.Contains(asked, StringComparison.Ordinal) || instruction.Contains(withAnd, StringComparison.Ordinal),
                $"{instruction} does not ask for {asked}");
            Assert.EndsWith(document.Text, extraction.User, StringComparison.Ordinal);
            partial += answer.Count < 4 ? 1 : 0;
        }

        Assert.InRange(partial, 25, 400);
    }

    [Fact]
    public void Quotes_and_backslashes_survive() =>
        Assert.Equal("27\" \\ BASIN", AnswerJson.Read(AnswerJson.Write([new Field("item", "27\" \\ BASIN")]))!["item"]);

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[1]")]
    [InlineData("")]
    public void What_is_no_json_object_is_no_answer(string text) => Assert.Null(AnswerJson.Read(text));
}
