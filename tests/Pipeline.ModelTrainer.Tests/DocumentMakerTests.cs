using Pipeline.ModelTrainer.Documents;

namespace Pipeline.ModelTrainer.Tests;

public sealed class DocumentMakerTests
{
    [Fact]
    public void The_same_seed_and_index_give_the_same_document_in_any_order()
    {
        var forwards = new DocumentMaker(5);
        var backwards = new DocumentMaker(5);
        var first = Enumerable.Range(0, 50).Select(i => forwards.Make(i)).ToList();
        var second = Enumerable.Range(0, 50).Reverse().Select(i => backwards.Make(i)).Reverse().ToList();
        Assert.Equal(first.Select(d => d.Text), second.Select(d => d.Text));
        Assert.Equal(first.SelectMany(d => d.Fields), second.SelectMany(d => d.Fields));
    }

    [Fact]
    public void Other_seeds_give_other_documents()
    {
        var texts = Enumerable.Range(0, 20).Select(seed => new DocumentMaker(seed).Make(0).Text);
        Assert.Equal(20, texts.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Every_value_stands_in_the_text_as_given(double size)
    {
        var maker = new DocumentMaker(11);
        for (var i = 0; i < 400; i++)
        {
            var document = maker.Make(i, size);
            var text = " " + string.Join(' ', document.Text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)) + " ";
            foreach (var field in document.Fields.Where(f => f.Value is not null))
            {
                Assert.Contains(field.Value!, text, StringComparison.Ordinal);
                Assert.Equal(field.Value!.Trim(), field.Value);
                Assert.NotEmpty(field.Value);
            }
        }
    }

    [Fact]
    public void Fields_are_missing_now_and_then_but_mostly_there()
    {
        var maker = new DocumentMaker(12);
        var receipts = Enumerable.Range(0, 1000).Select(i => maker.Make(i, 1, DocumentKind.Receipt)).ToList();
        Assert.All(receipts, r => Assert.NotNull(r["company"]));
        foreach (var name in new[] { "date", "address", "total" })
        {
            Assert.InRange(receipts.Count(r => r[name] is null), 3, 100);
        }
    }

    [Fact]
    public void All_kinds_come_and_receipts_most_often()
    {
        var maker = new DocumentMaker(13);
        var kinds = Enumerable.Range(0, 500).Select(i => maker.Make(i).Kind).CountBy(k => k).ToDictionary();
        Assert.Equal(3, kinds.Count);
        Assert.True(kinds[DocumentKind.Receipt] > 300);
    }

    [Fact]
    public void Layouts_differ()
    {
        var maker = new DocumentMaker(14);
        var shapes = Enumerable.Range(0, 300)
            .Select(i => string.Concat(maker.Make(i, 1, DocumentKind.Receipt).Text.Select(c => char.IsLetter(c) ? 'A' : char.IsDigit(c) ? '9' : c)))
            .Distinct();
        Assert.True(shapes.Count() > 290);
    }
}
