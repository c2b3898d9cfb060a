using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.ModelTrainer.Training;

/// <summary>Reads and writes tensors in the safetensors format (length of header, JSON header, bytes).</summary>
internal static class SafetensorsFile
{
    /// <summary>Writes tensors in the order given. The file appears under its name only when it is whole.</summary>
    public static void Write(string path, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var scope = NewDisposeScope();
        var values = tensors.Select(t => (t.Name, Value: t.Value.contiguous())).ToList();
        var notes = new JsonObject();
        foreach (var (key, value) in metadata)
        {
            notes.Add(key, value);
        }

        var header = new JsonObject { ["__metadata__"] = notes };
        long offset = 0;
        foreach (var (name, value) in values)
        {
            var end = offset + (value.NumberOfElements * value.ElementSize);
            header.Add(name, new JsonObject
            {
                ["dtype"] = value.dtype switch
                {
                    ScalarType.BFloat16 => "BF16",
                    ScalarType.Float32 => "F32",
                    _ => throw new ArgumentException($"{name} is {value.dtype}; only float32 and bfloat16 are written"),
                },
                ["shape"] = new JsonArray([.. value.shape.Select(s => (JsonNode)s)]),
                ["data_offsets"] = new JsonArray(offset, end),
            });
            offset = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);

        // Eight-byte alignment of the data, by spaces at the header's end.
        var padded = (json.Length + 7) / 8 * 8;
        var partial = path + ".partial";
        using (var file = File.Create(partial))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, padded);
            file.Write(length);
            file.Write(json);
            for (var i = json.Length; i < padded; i++)
            {
                file.WriteByte((byte)' ');
            }

            foreach (var (_, value) in values)
            {
                file.Write(value.bytes);
            }
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads all tensors and the metadata.</summary>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        var tensors = new Dictionary<string, Tensor>();
        var metadata = new Dictionary<string, string>();
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.NameEquals("__metadata__"))
            {
                metadata = entry.Value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
                continue;
            }

            var dtype = entry.Value.GetProperty("dtype").GetString() == "BF16" ? ScalarType.BFloat16 : ScalarType.Float32;
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64()).ToArray();
            var start = entry.Value.GetProperty("data_offsets")[0].GetInt32();
            var value = empty(shape, dtype);
            var target = value.bytes;
            file.AsSpan(8 + length + start, target.Length).CopyTo(target);
            tensors.Add(entry.Name, value);
        }

        return (tensors, metadata);
    }
}
