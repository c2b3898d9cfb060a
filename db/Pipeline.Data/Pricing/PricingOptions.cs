using System.Text.RegularExpressions;

namespace Pipeline.Data.Pricing;

/// <summary>
/// What work costs: the section <c>Pipeline:Pricing</c>, the same for the API, which estimates, and the workers, which bill. Device-hour
/// and currency have no default: a ledger with a made-up price is worse than a service that does not start.
/// </summary>
public sealed partial class PricingOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Pipeline:Pricing";

    private const decimal Most = 1_000_000;

    /// <summary>Price of a device-hour. Models that are not in <see cref="Models"/> cost what their device-seconds cost.</summary>
    public decimal? DeviceHour { get; set; }

    /// <summary>ISO 4217: the currency of all prices here, and of every cap.</summary>
    public string? Currency { get; set; }

    /// <summary>Models that are billed by the token.</summary>
    public ListedModel[] Models { get; set; } = [];

    /// <summary>
    /// Prompt tokens that a device is taken to compute in a second, for estimates of a model that has neither a listed price nor a history.
    /// <see langword="null"/>: such a model cannot be priced, and its batches are refused.
    /// </summary>
    public double? AssumedPromptTokensPerSecond { get; set; }

    /// <summary>The same for generated tokens, over all that a device generates at once.</summary>
    public double? AssumedOutputTokensPerSecond { get; set; }

    /// <summary>The listed price of a model; <see langword="null"/> where it is billed by device time.</summary>
    public TokenPrice? Listed(string model) => Models.FirstOrDefault(listed => listed.Model == model) is { } price
        ? new TokenPrice(price.Input!.Value, price.CachedInput ?? price.Input.Value, price.Output!.Value) : null;

    /// <summary>Says what is wrong with the settings, or <see langword="null"/>.</summary>
    public string? Complaint() =>
        DeviceHour is null ? $"{Section}:DeviceHour is not set: the price of a device-hour, such as 2.00."
        : DeviceHour is < 0 or > Most ? $"{Section}:DeviceHour must be from 0 to {Most}."
        : Currency is null or "" ? $"{Section}:Currency is not set: a currency such as USD."
        : !IsCurrency().IsMatch(Currency) ? $"{Section}:Currency must be three capital letters, such as USD."
        : AssumedPromptTokensPerSecond is <= 0 || AssumedOutputTokensPerSecond is <= 0 ? $"{Section}: assumed tokens per second must be positive."
        : AssumedPromptTokensPerSecond is null != AssumedOutputTokensPerSecond is null
            ? $"{Section}:AssumedPromptTokensPerSecond and AssumedOutputTokensPerSecond must be set both or neither."
        : Models.Select((model, i) => model.Complaint($"{Section}:Models:{i}")).FirstOrDefault(complaint => complaint is not null)
            ?? Models.GroupBy(model => model.Model).Where(group => group.Count() > 1).Select(group => $"{Section}:Models names '{group.Key}' twice.").FirstOrDefault();

    [GeneratedRegex("^[A-Z]{3}$")]
    private static partial Regex IsCurrency();

    /// <summary>A model that is billed by the token: prices of a million.</summary>
    public sealed class ListedModel
    {
        /// <summary>Its name in requests.</summary>
        public string? Model { get; set; }

        /// <summary>Prompt tokens.</summary>
        public decimal? Input { get; set; }

        /// <summary>Prompt tokens out of the cache; as <see cref="Input"/> unless given, and never more.</summary>
        public decimal? CachedInput { get; set; }

        /// <summary>Generated tokens.</summary>
        public decimal? Output { get; set; }

        internal string? Complaint(string path) =>
            string.IsNullOrWhiteSpace(Model) ? $"{path}:Model is not set."
            : Input is null || Output is null ? $"{path}:Input and {path}:Output must be set: prices of a million tokens."
            : Input is < 0 or > Most || Output is < 0 or > Most || CachedInput is < 0 ? $"{path}: prices must be from 0 to {Most}."
            : CachedInput > Input ? $"{path}:CachedInput must not be above {path}:Input."
            : null;
    }
}
