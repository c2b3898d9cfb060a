using Pipeline.Data.Pricing;
using Pipeline.Testing;

namespace Pipeline.Data.Tests.Money;

public sealed class RateTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public void Rates_are_found_again_in_rows_that_were_made_by_them()
    {
        Random random = new(1);
        for (int round = 0; round < 50; round++)
        {
            double prompt = 1e-5 + (random.NextDouble() * 1e-3), cached = prompt * random.NextDouble(), output = random.NextDouble() * 1e-2;
            DeviceRates rates = Sum(Enumerable.Range(0, 200).Select(_ => (random.Next(1, 4000), random.Next(4000), random.Next(500))), prompt, cached, output).ToRates()!.Value;
            Assert.Equal(prompt, rates.Prompt, prompt * 1e-6);
            Assert.Equal(cached, rates.Cached, prompt * 1e-6);
            Assert.Equal(output, rates.Output, 1e-9);
        }
    }

    [Fact]
    public void Where_cached_tokens_cannot_be_told_apart_they_take_nothing_and_the_others_all()
    {
        DeviceRates rates = Sum(Enumerable.Range(1, 50).Select(i => (i, 2 * i, 3)), 0.001, 0.0005, 0.01).ToRates()!.Value;
        Assert.Equal((0.002, 0), (Math.Round(rates.Prompt, 9), rates.Cached));
    }

    [Fact]
    public void Nothing_is_concluded_from_rows_without_computed_tokens() => Assert.Null(default(RateSums).ToRates());

    [Fact]
    public async Task Rates_come_of_the_ledger_when_enough_jobs_have_run_and_stay_when_their_rows_are_no_longer_the_latest()
    {
        database.Require();
        await database.AddCostsAsync("m", MeasuredRates.FewestJobs - 1, prompt: 1000, output: 100, prefill: 2, decode: 3);
        Assert.Null(await MeasuredRates.FindAsync(database.DataSource, "m", default));
        await database.AddCostsAsync("m", 1, prompt: 1000, output: 100, prefill: 2, decode: 3);
        DeviceRates measured = new(0.002, 0, 0.03);
        Assert.Equal(measured, await MeasuredRates.FindAsync(database.DataSource, "m", default));

        // Not measured again within a minute, and not lost when another model has had all of the latest rows.
        await database.AddCostsAsync("m", 100, prompt: 1000, output: 100, prefill: 4, decode: 6);
        Assert.Equal(measured, await MeasuredRates.FindAsync(database.DataSource, "m", default));
        await database.ExecuteAsync("UPDATE model_rates SET measured_at = now() - interval '2 minutes'");
        Assert.NotEqual(measured, await MeasuredRates.FindAsync(database.DataSource, "m", default));
        await database.AddCostsAsync("other", 10_000, prompt: 10, output: 1, prefill: 1, decode: 1);
        await database.ExecuteAsync("UPDATE model_rates SET measured_at = now() - interval '2 minutes'");
        Assert.NotNull(await MeasuredRates.FindAsync(database.DataSource, "m", default));
    }

    private static RateSums Sum(IEnumerable<(int Computed, int Cached, int Output)> rows, double prompt, double cached, double output) =>
        rows.Aggregate(default(RateSums), (sums, row) =>
        {
            (double u, double c, double seconds) = (row.Computed, row.Cached, (row.Computed * prompt) + (row.Cached * cached));
            return new RateSums(
                sums.ComputedSquared + (u * u), sums.ComputedByCached + (u * c), sums.CachedSquared + (c * c), sums.ComputedBySeconds + (u * seconds), sums.CachedBySeconds + (c * seconds),
                sums.Computed + u, sums.PrefillSeconds + seconds, sums.Output + row.Output, sums.DecodeSeconds + (row.Output * output));
        });
}
