using System.Text;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Schedules.Running;

namespace Pipeline.ProducerApi.Tests.Schedules;

public sealed class PlaceholdersTests
{
    private static readonly DateTimeOffset ScheduledAt = new(2026, 7, 1, 22, 30, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("", "")]
    [InlineData("a {{run.date}} b {{run.previous_date}}", "a 2026-07-02 b 2026-07-01")]
    [InlineData("{{run.scheduled_at}}{{run.id}}", "2026-07-02T00:30:00+02:00run_1")]
    [InlineData("{{date}} {{ run.date }} {run.date} {{run {{{run.date}}} é", "{{date}} {{ run.date }} {run.date} {{run {2026-07-02} é")]
    public async Task Placeholders_are_filled_in_and_nothing_else_is_touched(string text, string expected) => Assert.Equal(expected, await FillAsync(text, int.MaxValue));

    [Fact]
    public async Task Wherever_a_piece_ends_it_is_the_same()
    {
        string text = string.Concat(Enumerable.Repeat("0123456789{{run.date}}\n{{ru{{run.id}}", 9_000));
        string expected = text.Replace("{{run.date}}", "2026-07-02", StringComparison.Ordinal).Replace("{{run.id}}", "run_1", StringComparison.Ordinal);
        foreach (int piece in (int[])[1, 7, 4096, int.MaxValue])
        {
            Assert.Equal(expected, await FillAsync(text, piece));
        }
    }

    [Theory]
    [InlineData("a\nb\n{{run.dat}}", "'{{run.dat}}'")]
    [InlineData("a\nb\nc {{run.date}", "'{{run.date}'")]
    [InlineData("a\nb\nc {{run.date and much more text than a name has, and then even more }}", "'{{run.date and")]
    public async Task An_unknown_one_is_named_with_its_line(string text, string named)
    {
        RequestException error = await Assert.ThrowsAsync<RequestException>(() => FillAsync(text, int.MaxValue));
        Assert.StartsWith($"Line 3 of the input file has an unknown placeholder: {named}", error.Message, StringComparison.Ordinal);
        Assert.Equal(("batch.input_file_id", "unknown_placeholder"), (error.Reply.Error.Param, error.Reply.Error.Code));
    }

    private static async Task<string> FillAsync(string text, int piece)
    {
        await using PieceStream source = new(Encoding.UTF8.GetBytes(text), piece);
        using MemoryStream result = new();
        await Placeholders.Of("run_1", ScheduledAt, Berlin).FillAsync(source, (bytes, token) => result.WriteAsync(bytes, token).AsTask(), default);
        return Encoding.UTF8.GetString(result.ToArray());
    }

    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
