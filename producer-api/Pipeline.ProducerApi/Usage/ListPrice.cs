using System.Text.Json;

namespace Pipeline.ProducerApi.Usage;

/// <summary>What a managed API asks for a million tokens of one of its models, as it has published it.</summary>
/// <param name="Name">The model.</param>
/// <param name="Input">Prompt tokens.</param>
/// <param name="CachedInput">Prompt tokens out of its cache.</param>
/// <param name="Output">Generated tokens.</param>
/// <param name="BatchDiscount">The share that its batch API takes off, from 0 to 1.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Source">Where it is published.</param>
/// <param name="AsOf">When that was read.</param>
internal sealed record ListPrice(string Name, decimal Input, decimal CachedInput, decimal Output, decimal BatchDiscount, string Currency, string Source, DateOnly AsOf)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Those that come with the project. The discount of OpenAI's batch API: https://community.openai.com/t/1357069.</summary>
    public static IReadOnlyList<ListPrice> Known { get; } = Read();

    private static List<ListPrice> Read()
    {
        using Stream file = typeof(ListPrice).Assembly.GetManifestResourceStream("list-prices.json")!;
        return JsonSerializer.Deserialize<List<ListPrice>>(file, Format)!;
    }
}
