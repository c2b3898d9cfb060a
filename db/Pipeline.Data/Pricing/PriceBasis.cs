namespace Pipeline.Data.Pricing;

/// <summary>What an estimate rests on.</summary>
public enum PriceBasis
{
    /// <summary>The operator's price of the model's tokens, by which it is billed.</summary>
    Listed,

    /// <summary>The price of a device-hour, and what the model's tokens took of it lately.</summary>
    Measured,

    /// <summary>The price of a device-hour, and what the operator takes a device to do in it.</summary>
    Assumed,
}
