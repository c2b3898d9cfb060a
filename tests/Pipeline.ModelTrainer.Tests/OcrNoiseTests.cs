using Pipeline.ModelTrainer.Documents;

namespace Pipeline.ModelTrainer.Tests;

public sealed class OcrNoiseTests
{
    [Fact]
    public void Without_a_rate_nothing_changes() =>
        Assert.Equal("TOTAL : 12.50", OcrNoise.Apply(new Chance(1, 1), "TOTAL : 12.50", 0));

    [Fact]
    public void About_as_many_slips_are_made_as_asked()
    {
        var text = new string('E', 20_000);
        var noisy = OcrNoise.Apply(new Chance(1, 2), text, 0.02);
        Assert.InRange(noisy.Count(c => c != 'E'), 200, 500);
    }

    [Fact]
    public void A_text_never_vanishes_and_never_gets_a_space_at_its_edge()
    {
        for (var i = 0; i < 2000; i++)
        {
            var noisy = OcrNoise.Apply(new Chance(3, i), "A.", 0.9);
            Assert.NotEmpty(noisy);
            Assert.Equal(noisy.Trim(), noisy);
        }
    }
}
