using Microsoft.Extensions.Options;

namespace Pipeline.ProducerApi.Usage;

/// <summary>What a managed API would have cost: the section <c>Pipeline:ListPrices</c>.</summary>
internal sealed class ListPriceOptions
{
    public const string Section = "Pipeline:ListPrices";

    /// <summary>What generated text is compared with, unless <see cref="Models"/> says otherwise: a small model for classifying and extracting.</summary>
    public string Text { get; set; } = "gpt-5.4-nano";

    /// <summary>What work without generated tokens is compared with.</summary>
    public string Embeddings { get; set; } = "text-embedding-3-small";

    /// <summary>What single models are compared with.</summary>
    public Comparison[] Models { get; set; } = [];

    /// <summary>Prices beside those that come with the project; one of the same name takes its place.</summary>
    public ListPrice[] Prices { get; set; } = [];

    /// <summary>The price of that name.</summary>
    public ListPrice? Find(string? name) => Prices.FirstOrDefault(price => price.Name == name) ?? ListPrice.Known.FirstOrDefault(price => price.Name == name);

    private string? Complaint() =>
        new[] { Text, Embeddings }.Concat(Models.Select(model => model.As)).FirstOrDefault(name => Find(name) is null) is { } missing
            ? $"{Section} compares with '{missing}', which has no price: add it to {Section}:Prices."
        : Models.Any(model => string.IsNullOrWhiteSpace(model.Model)) ? $"{Section}:Models: every entry needs a Model."
        : Prices.FirstOrDefault(price => price.Input < 0 || price.CachedInput < 0 || price.Output < 0 || price.BatchDiscount is < 0 or > 1) is { } odd
            ? $"{Section}:Prices: '{odd.Name}' has a negative price, or a discount that is not between 0 and 1."
        : null;

    /// <summary>What a model is compared with.</summary>
    public sealed class Comparison
    {
        public string? Model { get; set; }

        /// <summary>The name of a price.</summary>
        public string? As { get; set; }
    }

    internal sealed class Validator : IValidateOptions<ListPriceOptions>
    {
        public ValidateOptionsResult Validate(string? name, ListPriceOptions options) =>
            options.Complaint() is { } complaint ? ValidateOptionsResult.Fail(complaint) : ValidateOptionsResult.Success;
    }
}
