using System.Text;
using Pipeline.Documents.Tests.Support;

namespace Pipeline.Documents.Tests.Formats;

public sealed class HtmlTests
{
    [Fact]
    public void A_page_reads_as_it_is_seen()
    {
        const string Page =
            """
            <html><head><title>Offer</title><style>p { color: red }</style></head><body>
            <h1>An   <b>offer</b></h1><p>One line,
            still the same.<br>The next.</p><script>alert('no')</script><div style="display: none">hidden</div><noscript>no</noscript>
            <ul><li>first<li>second</ul><table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table><pre>kept   as
              it is</pre>&lt;end&gt; &amp; caf&eacute;</body></html>
            """;
        Assert.Equal(
            "Offer\n\nAn offer\n\nOne line, still the same.\nThe next.\n\n- first\n- second\n\na\tb\nc\td\n\nkept   as\n  it is\n\n<end> & caf\u00E9",
            Read.Text("a.html", Page));
    }

    [Theory]
    [InlineData("<meta charset=iso-8859-1>")]
    [InlineData("<meta http-equiv='Content-Type' content='text/html; charset=windows-1252'>")]
    [InlineData("")]
    public void Latin_1_is_read_whether_or_not_the_page_says_so(string declaration) =>
        Assert.Equal("caf\u00E9", Read.Text("a.htm", Encoding.Latin1.GetBytes($"<html><head>{declaration}</head><body>caf\u00E9</body></html>")));

    [Fact]
    public void The_charset_that_a_page_names_is_used() =>
        Assert.Equal("\u041F\u0440\u0438\u0432\u0435\u0442", Read.Text("a.html", [.. Read.Bytes("<meta charset='koi8-r'><p>"), 0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4]));

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b>")]
    [InlineData("<font size=1><i>")]
    public void A_page_that_nests_without_end_is_reported_before_it_costs_time(string tags) => Assert.Equal(
        UnreadableException.TooDeep, Read.Problem("a.html", Read.Bytes($"{string.Concat(Enumerable.Repeat(tags, 200_000))}deep")).Code);

    [Fact]
    public void A_page_may_nest_as_deep_as_browsers_go_and_be_as_long_as_it_likes()
    {
        string deep = string.Concat(Enumerable.Repeat("<div>", 1000)) + "deep" + string.Concat(Enumerable.Repeat("</div>", 1000));
        string sloppy = string.Concat(Enumerable.Repeat("<p>a<br><img src=x><li>b", 3000)) + "<script>" + string.Concat(Enumerable.Repeat("a<b;", 3000)) + "</script>";
        string text = Read.Text("a.html", deep + sloppy + "<svg><path d='x'/></svg>" + deep);
        Assert.StartsWith("deep\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\ndeep", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_of_scripts_alone_has_no_text() =>
        Assert.Equal(UnreadableException.NoText, Read.Problem("a.html", Read.Bytes("<script>document.write('x')</script>")).Code);
}
