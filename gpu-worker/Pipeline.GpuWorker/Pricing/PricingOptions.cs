using System.ComponentModel.DataAnnotations;

namespace Pipeline.GpuWorker.Pricing;

/// <summary>
/// What a device costs: the section <c>Pipeline:Pricing</c>. Neither has a default: a ledger with a made-up price is worse
/// than a worker that does not start.
/// </summary>
internal sealed class PricingOptions
{
    public const string Section = "Pipeline:Pricing";

    /// <summary>Price of a device-hour.</summary>
    [Required(ErrorMessage = "Pipeline:Pricing:DeviceHour is not set: the price of a device-hour, such as 2.00.")]
    [Range(typeof(decimal), "0", "1000000", ParseLimitsInInvariantCulture = true, ErrorMessage = "Pipeline:Pricing:DeviceHour must be from 0 to 1000000.")]
    public decimal? DeviceHour { get; set; }

    /// <summary>ISO 4217.</summary>
    [Required(ErrorMessage = "Pipeline:Pricing:Currency is not set: a currency such as USD.")]
    [RegularExpression("[A-Z]{3}", ErrorMessage = "Pipeline:Pricing:Currency must be three capital letters, such as USD.")]
    public string? Currency { get; set; }
}
