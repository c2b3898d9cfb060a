using Pipeline.Documents.Safety;

namespace Pipeline.Documents.Tests;

public sealed class SafeNamesTests
{
    [Theory]
    [InlineData("a/b.txt", "a/b.txt")]
    [InlineData("..", "file")]
    [InlineData("", "file")]
    [InlineData("a\ud800.txt", "a.txt")]
    [InlineData("a\n.txt", "a.txt")]
    [InlineData("/", "file")]
    public void A_name_is_relative_and_has_no_empty_parts(string name, string expected) => Assert.Equal(expected, SafeNames.Of(name));

    [Fact]
    public void Of_a_long_name_the_end_stays()
    {
        string name = SafeNames.Of(string.Concat(Enumerable.Repeat("folder\U0001F600/", 100)) + "file.txt");
        Assert.InRange(name.Length, SafeNames.Longest - 2, SafeNames.Longest);
        Assert.EndsWith("/file.txt", name, StringComparison.Ordinal);
        Assert.False(char.IsLowSurrogate(name[0]));
    }
}
