namespace Pipeline.Data.Pricing;

/// <summary>What the tokens of a model are expected to cost.</summary>
/// <param name="Basis">What that rests on.</param>
/// <param name="Tokens">Prices of a million tokens.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record ModelPrice(PriceBasis Basis, TokenPrice Tokens, string Currency)
{
    /// <summary>How much more device time than expected a job may take before what it takes is the operator's loss.</summary>
    private const decimal DeviceTimeMargin = 2;

    /// <summary>
    /// The most that an attempt with so many tokens may cost: all of the prompt computed, all of the answer generated, and, where
    /// device time is what is billed, a margin for a device that is slower than it was. Rounded up to what can be stored.
    /// </summary>
    public decimal Quote(long prompt, long output) =>
        Math.Min(Money.Most, Money.AtMost(Tokens.Of(prompt, 0, output) * (Basis == PriceBasis.Listed ? 1 : DeviceTimeMargin)));

    /// <summary>A price by device time.</summary>
    /// <param name="basis">Measured or assumed.</param>
    /// <param name="rates">Device-seconds a token.</param>
    /// <param name="deviceHour">Price of a device-hour.</param>
    /// <param name="currency">ISO 4217.</param>
    public static ModelPrice ByDevice(PriceBasis basis, DeviceRates rates, decimal deviceHour, string currency)
    {
        decimal second = deviceHour * 1_000_000 / 3600;
        return new(basis, new TokenPrice((decimal)rates.Prompt * second, (decimal)rates.Cached * second, (decimal)rates.Output * second), currency);
    }
}
