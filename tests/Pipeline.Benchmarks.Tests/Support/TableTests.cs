using Pipeline.Benchmarks.Support;

namespace Pipeline.Benchmarks.Tests.Support;

public sealed class TableTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_numbers_stand_to_the_right()
    {
        var table = new Table("what", "figure");
        table.Add("a long name", "7");
        using var output = new StringWriter { NewLine = "\n" };
        table.Write(output);
        Assert.Equal("| what        | figure |\n|-------------|-------:|\n| a long name |      7 |\n", output.ToString());
    }

    [Fact]
    public void A_row_of_another_width_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Table("one", "two").Add("alone"));
}
