using System.Text.Json;

namespace Pipeline.Engine.Tests.Reference;

/// <summary>Reads a safetensors file into float64 arrays, without the engine's reader.</summary>
internal static class ReferenceWeights
{
    /// <summary>All files of a directory.</summary>
    public static Dictionary<string, double[]> ReadAll(string directory) =>
        Directory.GetFiles(directory, "*.safetensors").SelectMany(Read).ToDictionary(weight => weight.Key, weight => weight.Value);

    public static Dictionary<string, double[]> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int headerBytes = (int)BitConverter.ToInt64(file, 0);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, headerBytes));
        Dictionary<string, double[]> weights = [];
        foreach (JsonProperty tensor in header.RootElement.EnumerateObject().Where(t => t.Name != "__metadata__"))
        {
            string dtype = tensor.Value.GetProperty("dtype").GetString()!;
            int begin = 8 + headerBytes + tensor.Value.GetProperty("data_offsets")[0].GetInt32();
            int end = 8 + headerBytes + tensor.Value.GetProperty("data_offsets")[1].GetInt32();
            int size = dtype == "F32" ? 4 : 2;
            double[] values = new double[(end - begin) / size];
            for (int i = 0; i < values.Length; i++)
            {
                int at = begin + (i * size);
                values[i] = dtype switch
                {
                    "F32" => BitConverter.ToSingle(file, at),
                    "F16" => (double)BitConverter.ToHalf(file, at),
                    "BF16" => BitConverter.Int32BitsToSingle(BitConverter.ToInt16(file, at) << 16),
                    _ => throw new NotSupportedException(dtype),
                };
            }

            weights[tensor.Name] = values;
        }

        return weights;
    }
}
