using System.Text.Json;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Embedding;

/// <summary>Reads settings out of a model directory's JSON files.</summary>
internal static class ModelFiles
{
    /// <summary>Reads of a file what is asked for; the default where there is no such file.</summary>
    /// <exception cref="UnsupportedModelException">It cannot be read, or says something that is not done here.</exception>
    public static T? Read<T>(string directory, string file, Func<JsonSection, T?> read)
    {
        string path = Path.Combine(directory, file);
        if (!File.Exists(path))
        {
            return default;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(new JsonSection(json.RootElement, path));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new UnsupportedModelException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
