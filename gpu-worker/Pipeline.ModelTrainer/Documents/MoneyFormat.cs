using System.Globalization;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>How one printer writes amounts.</summary>
/// <param name="Prefix">What stands right before the figures and belongs to the value: RM, $, €, or nothing.</param>
/// <param name="Currency">A currency word apart from the figures: not part of a value.</param>
/// <param name="Grouped">Whether thousands are parted by commas.</param>
internal sealed record MoneyFormat(string Prefix, string Currency, bool Grouped)
{
    public static MoneyFormat Pick(Chance chance)
    {
        var roll = chance.Double();
        var grouped = chance.Maybe(0.5);
        return roll switch
        {
            < 0.13 => new MoneyFormat("RM", "", grouped),
            < 0.20 => new MoneyFormat("$", "", grouped),
            < 0.23 => new MoneyFormat("€", "", grouped),
            < 0.42 => new MoneyFormat("", "RM", grouped),
            < 0.46 => new MoneyFormat("", chance.Pick("MYR", "USD", "EUR", "$"), grouped),
            _ => new MoneyFormat("", "", grouped),
        };
    }

    /// <summary>The figures alone.</summary>
    public string Plain(decimal amount) => amount.ToString(Grouped ? "#,##0.00" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>The value as it would be marked by a person.</summary>
    public string Value(decimal amount) => Prefix + Plain(amount);
}
