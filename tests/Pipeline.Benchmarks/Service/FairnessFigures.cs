namespace Pipeline.Benchmarks.Service;

/// <summary>A small batch that went through.</summary>
/// <param name="Seconds">From its creation to its files; to a tenth of a second.</param>
/// <param name="SlicesBetween">Slices of others that were sent between its creation and its last.</param>
internal sealed record SmallBatch(double Seconds, long SlicesBetween);

/// <summary>What <c>bench fairness</c> is about.</summary>
/// <param name="AloneSeconds">The small batch with nothing else to do; median.</param>
/// <param name="BehindSeconds">The same behind a large batch; median.</param>
/// <param name="Ratio">The one by the other.</param>
/// <param name="SliceSeconds">A full slice at the pace of the large batch.</param>
/// <param name="AllowedSeconds">1.5 times what it takes alone, and a slice.</param>
/// <param name="MostSlicesBetween">The most slices of others that were sent between a small batch's creation and its last.</param>
internal sealed record FairnessFigures(double AloneSeconds, double BehindSeconds, double Ratio, double SliceSeconds, double AllowedSeconds, long MostSlicesBetween)
{
    private const int SliceJobs = 64;

    /// <param name="alone">The runs alone.</param>
    /// <param name="behind">Those behind the large batch.</param>
    /// <param name="pace">Jobs a second.</param>
    public static FairnessFigures Of(SmallBatch[] alone, SmallBatch[] behind, double pace)
    {
        double one = Median(alone), other = Median(behind), slice = SliceJobs / pace;
        return new(one, other, other / one, slice, (1.5 * one) + slice, behind.Max(batch => batch.SlicesBetween));
    }

    private static double Median(SmallBatch[] batches) => batches.Select(batch => batch.Seconds).Order().ElementAt(batches.Length / 2);
}
