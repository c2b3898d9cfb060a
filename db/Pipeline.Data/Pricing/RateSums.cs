namespace Pipeline.Data.Pricing;

/// <summary>Sums over ledger rows of a model, of which its rates are made.</summary>
/// <param name="ComputedSquared">Of computed prompt tokens, squared.</param>
/// <param name="ComputedByCached">Of computed times cached prompt tokens.</param>
/// <param name="CachedSquared">Of cached prompt tokens, squared.</param>
/// <param name="ComputedBySeconds">Of computed prompt tokens times prefill seconds.</param>
/// <param name="CachedBySeconds">Of cached prompt tokens times prefill seconds.</param>
/// <param name="Computed">Of computed prompt tokens.</param>
/// <param name="PrefillSeconds">Of prefill seconds.</param>
/// <param name="Output">Of generated tokens.</param>
/// <param name="DecodeSeconds">Of decode seconds.</param>
public readonly record struct RateSums(
    double ComputedSquared, double ComputedByCached, double CachedSquared, double ComputedBySeconds, double CachedBySeconds,
    double Computed, double PrefillSeconds, double Output, double DecodeSeconds)
{
    // Below this share of the product of the squares the two kinds of tokens always came in one proportion, and cannot be told apart.
    private const double Distinct = 1e-6;

    /// <summary>
    /// The rates: prefill seconds as computed * a + cached * b by least squares, decode seconds by their ratio to the tokens. Neither
    /// a nor b is negative, and a cached token takes no more than a computed one; where the rows cannot tell, it takes nothing.
    /// </summary>
    /// <returns><see langword="null"/> if no prompt token was computed.</returns>
    public DeviceRates? ToRates()
    {
        if (Computed <= 0)
        {
            return null;
        }

        double output = Output > 0 ? DecodeSeconds / Output : 0;
        double determinant = (ComputedSquared * CachedSquared) - (ComputedByCached * ComputedByCached);
        if (determinant > Distinct * ComputedSquared * CachedSquared)
        {
            double prompt = ((ComputedBySeconds * CachedSquared) - (CachedBySeconds * ComputedByCached)) / determinant;
            double cached = ((CachedBySeconds * ComputedSquared) - (ComputedBySeconds * ComputedByCached)) / determinant;
            if (prompt > 0 && cached >= 0 && cached <= prompt)
            {
                return new DeviceRates(prompt, cached, output);
            }
        }

        return new DeviceRates(PrefillSeconds / Computed, 0, output);
    }
}
