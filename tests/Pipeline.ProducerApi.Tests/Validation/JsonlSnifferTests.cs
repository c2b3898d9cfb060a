using System.Text;
using Pipeline.ProducerApi.Files;

namespace Pipeline.ProducerApi.Tests.Validation;

public sealed class JsonlSnifferTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("\uFEFF{\"a\":1}\r\n", true)]
    [InlineData("x\ny\n  {\"a\":1}  \n", true)]
    [InlineData("x\n{\"a\":1", false)]
    [InlineData("[{}]\n\"a\"\n1", false)]
    [InlineData("x\n\uFEFF{}", false)]
    [InlineData("", false)]
    public void One_line_that_is_an_object_is_enough(string content, bool plausible)
    {
        foreach (int step in new[] { 1, 3, 1000 })
        {
            JsonlSniffer sniffer = new();
            foreach (byte[] piece in Encoding.UTF8.GetBytes(content).Chunk(step))
            {
                sniffer.Feed(piece);
            }

            sniffer.Complete();
            Assert.Equal(plausible, sniffer.Plausible);
        }
    }

    [Theory]
    [InlineData('{', true)]
    [InlineData('x', false)]
    public void A_very_long_line_is_judged_by_its_start(char start, bool plausible)
    {
        JsonlSniffer sniffer = new();
        byte[] piece = new byte[100_000];
        Array.Fill(piece, (byte)'y');
        sniffer.Feed([(byte)start]);
        for (int i = 0; i < 50; i++)
        {
            sniffer.Feed(piece);
        }

        sniffer.Complete();
        Assert.Equal(plausible, sniffer.Plausible);
    }
}
