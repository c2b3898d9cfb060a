using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Machines;

/// <summary>What a device does at most, measured in the run whose figures are held against it.</summary>
/// <param name="Bytes">Bytes a second from memory: streaming reads by all threads; on a GPU a copy, both ways counted.</param>
/// <param name="Fused">Float32 multiply-adds outside any library, two operations each, a second; 0 on a GPU.</param>
/// <param name="Float32">Operations a second of the library's best float32 matrix product.</param>
/// <param name="Bfloat16">The same for bfloat16.</param>
/// <param name="Int8">The same for bfloat16 with weights of 8 bits.</param>
internal sealed record Ceilings(double Bytes, double Fused, double Float32, double Bfloat16, double Int8)
{
    /// <summary>Throws unless there is such a device.</summary>
    /// <exception cref="BenchmarkException">There is not.</exception>
    public static void Require(string device)
    {
        LibtorchLoader.EnsureLoaded();
        if (device != "cpu" && !cuda.is_available())
        {
            throw new BenchmarkException($"--device {device}: libtorch finds no CUDA device.");
        }
    }

    /// <summary>Measures; takes about three seconds, and wants the device alone.</summary>
    /// <param name="device">Such as <c>cpu</c> or <c>cuda:0</c>.</param>
    /// <param name="threads">Threads of the CPU to use.</param>
    /// <param name="shapes">The matrix products that matter; the best counts.</param>
    public static Ceilings Measure(string device, int threads, IReadOnlyList<MatrixShape> shapes)
    {
        Require(device);
        set_num_threads(threads);
        Device place = new(device);
        bool processor = place.type == TorchSharp.DeviceType.CPU;
        return new Ceilings(
            processor ? ProcessorCeilings.ReadBytes(threads) : MatrixRates.CopyBytes(place),
            processor ? ProcessorCeilings.Float32Operations(threads) : 0,
            MatrixRates.Best(shapes, "float32", place),
            MatrixRates.Best(shapes, "bfloat16", place),
            MatrixRates.Best(shapes, "int8", place));
    }

    /// <summary>The matrix rate for an engine's dtype.</summary>
    public double Operations(string dtype) => dtype switch
    {
        "float32" => Float32,
        "bfloat16" => Bfloat16,
        _ => Int8,
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"memory {Bytes / 1e9:F1} GB/s, float32 fma {Fused / 1e9:F0} GF/s, matrix products float32 {Float32 / 1e9:F0}, bfloat16 {Bfloat16 / 1e9:F0}, int8 {Int8 / 1e9:F0} GF/s";
}
