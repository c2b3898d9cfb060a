using Microsoft.Extensions.Options;

namespace Pipeline.Data.Pricing;

/// <summary>Lets no service start with impossible prices.</summary>
public sealed class PricingValidator : IValidateOptions<PricingOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PricingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Complaint() is { } complaint ? ValidateOptionsResult.Fail(complaint) : ValidateOptionsResult.Success;
    }
}
