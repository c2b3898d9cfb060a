using System.Text;
using Pipeline.ProducerApi.Batches.Validation;

namespace Pipeline.ProducerApi.Tests.Validation;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "1:a")]
    [InlineData("a\n", "1:a")]
    [InlineData("a\nb", "1:a 2:b")]
    [InlineData("a\r\nb\r\n", "1:a 2:b")]
    [InlineData("\n\na\n", "1: 2: 3:a")]
    [InlineData("\uFEFFa\n\uFEFFb", "1:a 2:\uFEFFb")]
    [InlineData("\uFEFF", "1:")]
    [InlineData("a\rb\n", "1:a\rb")]
    public async Task Lines_are_numbered_and_freed_of_their_ends(string content, string expected)
    {
        foreach (int step in new[] { 1, 2, 3, 7, 1000 })
        {
            Assert.Equal(expected, string.Join(' ', (await ReadAsync(Encoding.UTF8.GetBytes(content), 100, step)).Select(line => $"{line.Number}:{line.Text}")));
        }
    }

    [Fact]
    public async Task A_line_over_the_limit_is_passed_over_and_the_next_is_whole()
    {
        byte[] content = Encoding.UTF8.GetBytes("first\n" + new string('x', 2_000_000) + "\nlast");
        foreach (int step in new[] { 999, 100_000, 10_000_000 })
        {
            (int Number, string Text, bool TooLong)[] lines = await ReadAsync(content, 1000, step);
            Assert.Equal([(1, false), (2, true), (3, false)], lines.Select(line => (line.Number, line.TooLong)));
            Assert.Equal(("first", "last"), (lines[0].Text, lines[2].Text));
        }
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(1001, true)]
    public async Task The_limit_is_exact(int length, bool tooLong)
    {
        foreach (string end in new[] { "", "\n", "\r\n" })
        {
            foreach (int step in new[] { 1, 500, 100_000 })
            {
                (int, string, bool TooLong) line = Assert.Single(await ReadAsync(Encoding.UTF8.GetBytes(new string('x', length) + end), 1000, step));
                Assert.Equal(tooLong, line.TooLong);
            }
        }
    }

    [Fact]
    public async Task Long_lines_within_the_limit_are_whole()
    {
        string line = new('y', 3_000_000);
        (int, string Text, bool TooLong)[] lines = await ReadAsync(Encoding.UTF8.GetBytes($"{line}\n{line}\n"), 4_000_000, 70_000);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, read => Assert.Equal(line, read.Text));
    }

    private static async Task<(int Number, string Text, bool TooLong)[]> ReadAsync(byte[] content, int longest, int step)
    {
        List<(int, string, bool)> lines = [];
        await foreach (Line line in new LineReader(new Dripping(content, step), longest).ReadAsync(default))
        {
            lines.Add((line.Number, Encoding.UTF8.GetString(line.Content.Span), line.TooLong));
        }

        return [.. lines];
    }

    /// <summary>Gives at most so many bytes at a time, as a network does.</summary>
    private sealed class Dripping(byte[] content, int step) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
