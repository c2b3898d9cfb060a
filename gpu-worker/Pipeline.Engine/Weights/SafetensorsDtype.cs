using static TorchSharp.torch;

namespace Pipeline.Engine.Weights;

/// <summary>The element types of a safetensors file that this engine reads and writes.</summary>
internal static class SafetensorsDtype
{
    /// <summary>The name of a type in a safetensors header.</summary>
    /// <exception cref="NotSupportedException">The type is not one that is stored.</exception>
    public static string Name(ScalarType type) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Float16 => "F16",
        ScalarType.BFloat16 => "BF16",
        _ => throw new NotSupportedException($"Tensors of type {type} cannot be stored: only float32, float16, bfloat16."),
    };

    /// <summary>The type of a name in a safetensors header, or null for one that is not read (integers, float8).</summary>
    public static ScalarType? Parse(string name) => name switch
    {
        "F32" => ScalarType.Float32,
        "F16" => ScalarType.Float16,
        "BF16" => ScalarType.BFloat16,
        _ => null,
    };

    /// <summary>Bytes of one element.</summary>
    public static int Size(ScalarType type) => type == ScalarType.Float32 ? 4 : 2;
}
