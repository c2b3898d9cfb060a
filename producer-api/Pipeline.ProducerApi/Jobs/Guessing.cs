namespace Pipeline.ProducerApi.Jobs;

/// <summary>What guessing tokens ahead was worth, of ledger rows.</summary>
internal static class Guessing
{
    /// <summary>The part of the guessed tokens that was right; null where nothing was guessed.</summary>
    public static double? AcceptanceRate(long drafted, long accepted) => drafted > 0 ? (double)accepted / drafted : null;

    /// <summary>How many times as long the generated tokens would have taken without guessing; below 1 it cost more than it brought. Null where that is not known.</summary>
    /// <param name="plain">Device-seconds without guessing, as the engine estimates them.</param>
    /// <param name="taken">Device-seconds that they took.</param>
    public static double? Gain(double? plain, double taken) => taken > 0 ? plain / taken : null;
}
