using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.GpuWorker.Backends;

/// <summary>A vector that stands for a text without a model: it means nothing, but equal texts have equal ones.</summary>
internal static class EchoVector
{
    /// <summary>Values of a vector.</summary>
    public const int Width = 8;

    /// <summary>The text's SHA-256 as eight numbers, brought to length 1.</summary>
    public static float[] Of(string text)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        float[] vector = [.. Enumerable.Range(0, Width).Select(i => BinaryPrimitives.ReadInt32LittleEndian(hash.AsSpan(4 * i)) / (float)int.MaxValue)];
        float length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }
}
