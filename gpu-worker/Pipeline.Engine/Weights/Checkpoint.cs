using System.Text.Json;
using static TorchSharp.torch;

namespace Pipeline.Engine.Weights;

/// <summary>
/// The weights of a Hugging Face model directory: <c>model.safetensors</c>, or the shards that
/// <c>model.safetensors.index.json</c> names. Not thread-safe.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _places = new(StringComparer.Ordinal);
    private readonly string _directory;

    private Checkpoint(string directory)
    {
        _directory = directory;
        try
        {
            foreach (string file in Shards(directory))
            {
                SafetensorsFile shard = SafetensorsFile.Open(Path.Combine(directory, file));
                _files.Add(shard);
                foreach (string name in shard.Names)
                {
                    _places[name] = shard;
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens a directory's weights.</summary>
    /// <exception cref="FileNotFoundException">There are none, or a shard is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static Checkpoint Open(string directory) => new(directory);

    /// <summary>Whether a tensor of that name is stored.</summary>
    public bool Contains(string name) => _places.ContainsKey(name);

    /// <summary>Reads a tensor, in the type it has on disk. The caller disposes it.</summary>
    /// <exception cref="InvalidDataException">It is missing, or its shape is not the one expected.</exception>
    public Tensor Read(string name, params long[] shape)
    {
        if (!_places.TryGetValue(name, out SafetensorsFile? file))
        {
            throw new InvalidDataException($"{_directory}: the weights hold no {name}.");
        }

        IReadOnlyList<long> stored = file.Shape(name);
        return stored.SequenceEqual(shape) ? file.Read(name) : throw new InvalidDataException(
            $"{_directory}: {name} has shape [{string.Join(", ", stored)}], but config.json asks for [{string.Join(", ", shape)}].");
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static string[] Shards(string directory)
    {
        string index = Path.Combine(directory, Index);
        if (File.Exists(Path.Combine(directory, Single)))
        {
            return [Single];
        }

        if (!File.Exists(index))
        {
            throw new FileNotFoundException($"{directory} holds neither {Single} nor {Index}.");
        }

        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(index));
        string[] shards = [.. json.RootElement.GetProperty("weight_map").EnumerateObject()
            .Select(entry => entry.Value.GetString()!).Distinct().Order(StringComparer.Ordinal)];
        // A shard is a file of this directory: an index is not to name one elsewhere.
        string? stray = Array.Find(shards, shard => Path.GetFileName(shard) != shard);
        return stray is null ? shards : throw new InvalidDataException($"{index} names {stray}, which is outside the directory.");
    }
}
