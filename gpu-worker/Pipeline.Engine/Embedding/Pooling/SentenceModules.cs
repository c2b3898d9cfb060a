using System.Text.Json;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Embedding.Pooling;

/// <summary>
/// What sentence-transformers' files in a model directory say of how states become vectors: <c>modules.json</c>, the pooling
/// module's <c>config.json</c>. Format: https://github.com/UKPLab/sentence-transformers,
/// sentence_transformers/models.
/// </summary>
/// <param name="Pooling">The pooling; null where there is no <c>modules.json</c>.</param>
/// <param name="Normalised">Whether there is a module <c>Normalize</c>.</param>
internal sealed record SentenceModules(PoolingMode? Pooling, bool Normalised)
{
    /// <summary>The file that names the modules; where it is, the model in the directory is an embedder.</summary>
    public const string File = "modules.json";

    private static readonly (string Flag, string Name, PoolingMode Mode)[] Modes =
    [
        ("pooling_mode_cls_token", "cls", PoolingMode.Cls),
        ("pooling_mode_mean_tokens", "mean", PoolingMode.Mean),
        ("pooling_mode_max_tokens", "max", PoolingMode.Max),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", PoolingMode.MeanSqrtLength),
        ("pooling_mode_weightedmean_tokens", "weightedmean", PoolingMode.WeightedMean),
        ("pooling_mode_lasttoken", "lasttoken", PoolingMode.LastToken),
    ];

    /// <summary>Reads a model directory.</summary>
    /// <exception cref="UnsupportedModelException">A file cannot be read, or a module is none that is computed here.</exception>
    public static SentenceModules Read(string directory)
    {
        string path = Path.Combine(directory, File);
        if (!System.IO.File.Exists(path))
        {
            return new SentenceModules(null, true);
        }

        using JsonDocument json = Parse(path);
        if (json.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new UnsupportedModelException($"{path} must hold an array of modules.");
        }

        PoolingMode? pooling = null;
        bool normalised = false;
        foreach (JsonSection module in json.RootElement.EnumerateArray().Select(element => new JsonSection(element, path)))
        {
            string type = module.Text("type") ?? "", name = type[(type.LastIndexOf('.') + 1)..];
            switch (name)
            {
                case "Transformer":
                    break;
                case "Pooling":
                    pooling = ReadPooling(Path.Combine(directory, module.Text("path") ?? "", "config.json"));
                    break;
                case "Normalize":
                    normalised = true;
                    break;
                default:
                    throw module.Unsupported("type", type);
            }
        }

        return new SentenceModules(
            pooling ?? throw new UnsupportedModelException($"{path} names no module Pooling: how states become a vector is not said."),
            normalised);
    }

    private static PoolingMode ReadPooling(string path)
    {
        using JsonDocument json = Parse(path);
        JsonSection section = new(json.RootElement, path);

        // An older form says it by flags, a newer one by name.
        PoolingMode[] modes = section.Text("pooling_mode") is { } named
            ? [.. Modes.Where(mode => mode.Name == named).Select(mode => mode.Mode)]
            : [.. Modes.Where(mode => section.Flag(mode.Flag)).Select(mode => mode.Mode)];
        return modes.Length == 1 ? modes[0] : throw new UnsupportedModelException(
            $"{path}: exactly one kind of pooling is supported, but it has {(modes.Length == 0 ? "none that is known" : string.Join(" and ", modes))}.");
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new UnsupportedModelException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
