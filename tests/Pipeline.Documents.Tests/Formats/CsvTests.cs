using Pipeline.Documents.Tests.Support;

namespace Pipeline.Documents.Tests.Formats;

public sealed class CsvTests
{
    private const string Table = "name,remark\r\nAnn,\"says \"\"hi\"\",\r\ntwice\"\r\nBob,\r\n,\r\n";

    [Fact]
    public void A_table_is_one_document_unless_rows_are_asked_for()
    {
        ReadDocument document = Read.One("a.csv", Table);
        Assert.Equal(("csv", Table.ReplaceLineEndings("\n").TrimEnd()), (document.Kind, document.Text));
    }

    [Fact]
    public void Each_row_is_a_document_named_by_its_number_with_its_columns_names() => Assert.Equal(
        [("a.csv/row 2", "name: Ann\nremark: says \"hi\",\ntwice"), ("a.csv/row 3", "name: Bob")],
        Read.All("a.csv", Read.Bytes(Table), rows: true).Select(document => (document.Name, document.Text!)));

    [Theory]
    [InlineData("a;b\n1;2,5\n3;4\n")]
    [InlineData("a\tb\n1\t2,5\n3\t4\n")]
    public void Semicolons_and_tabs_separate_as_well(string table) =>
        Assert.Equal(["a: 1\nb: 2,5", "a: 3\nb: 4"], Read.All("a.csv", Read.Bytes(table), rows: true).Select(document => document.Text!));

    [Fact]
    public void Cells_beyond_the_header_are_named_by_their_column() =>
        Assert.Equal("a: 1\ncolumn 2: 2", Assert.Single(Read.All("a.csv", Read.Bytes("a\n1,2\n"), rows: true)).Text);
}
