using System.Text.Json;

namespace Pipeline.Engine.Tests.Reference;

/// <summary>config.json as transformers' configuration classes read it: what is missing has the class's default.</summary>
internal sealed class ReferenceConfig(JsonElement json)
{
    public static ReferenceConfig Of(string directory) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "config.json"))).RootElement);

    public bool Has(string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public int Int(string name, int? otherwise = null) => Has(name) ? json.GetProperty(name).GetInt32() : Default(name, otherwise);

    public double Number(string name, double? otherwise = null) => Has(name) ? json.GetProperty(name).GetDouble() : Default(name, otherwise);

    public bool Flag(string name, bool otherwise = false) => Has(name) ? json.GetProperty(name).GetBoolean() : otherwise;

    public string Text(string name, string? otherwise = null) => Has(name) ? json.GetProperty(name).GetString()! : otherwise ?? throw new KeyNotFoundException(name);

    public double[] Numbers(string name) => [.. json.GetProperty(name).EnumerateArray().Select(item => item.GetDouble())];

    public int[] Ints(string name) => Has(name) ? [.. json.GetProperty(name).EnumerateArray().Select(item => item.GetInt32())] : [];

    public string[]? Texts(string name) => Has(name) ? [.. json.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)] : null;

    public ReferenceConfig? Section(string name) => Has(name) ? new ReferenceConfig(json.GetProperty(name)) : null;

    private static T Default<T>(string name, T? otherwise)
        where T : struct => otherwise ?? throw new KeyNotFoundException(name);
}
