namespace Pipeline.Data.Pricing;

/// <summary>The unit of the ledger: twelve decimals of the currency. A row is brought to it once, when it is made; sums are sums of rows.</summary>
public static class Money
{
    /// <summary>Decimals that are stored.</summary>
    public const int Decimals = 12;

    /// <summary>The largest amount that is stored.</summary>
    public const decimal Most = 100_000_000_000;

    /// <summary>The nearest amount that can be stored.</summary>
    public static decimal Nearest(decimal amount) => decimal.Round(amount, Decimals, MidpointRounding.ToEven);

    /// <summary>The least amount that can be stored and is not below: for what is promised not to be exceeded.</summary>
    public static decimal AtMost(decimal amount) => decimal.Round(amount, Decimals, MidpointRounding.ToPositiveInfinity);
}
