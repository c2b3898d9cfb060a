using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Pipeline.Engine.Weights;

/// <summary>
/// Writes tensors as a safetensors file: 8 bytes of header length, a JSON header, then the raw little-endian
/// data. Format: https://github.com/huggingface/safetensors#format. The same tensors give the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Writes <paramref name="tensors"/> to <paramref name="path"/>, replacing a file of that name only once whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Names and tensors (float32, float16 or bfloat16, any device and layout); stored sorted by name.</param>
    /// <param name="metadata">Free text pairs for the header's <c>__metadata__</c>, or null for <c>format: pt</c>.</param>
    /// <exception cref="NotSupportedException">A tensor has another element type.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        KeyValuePair<string, Tensor>[] ordered = [.. tensors.OrderBy(t => t.Key, StringComparer.Ordinal)];
        byte[] header = Header(ordered, metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
        string unfinished = $"{path}.{Guid.NewGuid():N}";
        using (FileStream file = File.Create(unfinished))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            file.Write(header);
            foreach ((_, Tensor tensor) in ordered)
            {
                using Tensor detached = tensor.detach();
                using Tensor onCpu = detached.cpu();
                using Tensor flat = onCpu.contiguous();
                file.Write(flat.bytes);
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static byte[] Header(KeyValuePair<string, Tensor>[] ordered, IReadOnlyDictionary<string, string> metadata)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach ((string name, Tensor tensor) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsDtype.Name(tensor.dtype));
                json.WriteStartArray("shape");
                foreach (long size in tensor.shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.NumberOfElements * SafetensorsDtype.Size(tensor.dtype);
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Padded with spaces so that the data starts aligned to 8 bytes, as the format asks.
        int padding = (8 - ((int)buffer.Length % 8)) % 8;
        buffer.Write("       "u8[..padding]);
        return buffer.ToArray();
    }
}
