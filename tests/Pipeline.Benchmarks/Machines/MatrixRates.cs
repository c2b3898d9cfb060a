using System.Diagnostics;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Machines;

/// <summary>How fast the library multiplies matrices, and how fast a device reads its memory.</summary>
internal static class MatrixRates
{
    private const double SecondsPerShape = 0.3;

    /// <summary>
    /// Operations a second (a multiply-add is two) of the best of the shapes, in the better of two ways: the weights as they
    /// are, and in the form that the engine keeps them in.
    /// </summary>
    /// <param name="shapes">The products.</param>
    /// <param name="dtype">As for an engine.</param>
    /// <param name="device">Where.</param>
    public static double Best(IEnumerable<MatrixShape> shapes, string dtype, Device device) =>
        shapes.Max(shape => Rate(shape, dtype, device));

    /// <summary>Bytes a second that a device moves copying its own memory, reads and writes counted.</summary>
    public static double CopyBytes(Device device)
    {
        LibtorchLoader.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        using Tensor from = empty([1L << 30], ScalarType.Byte, device);
        using Tensor to = empty_like(from);
        return 2.0 * (1L << 30) / BestSeconds(device, () => to.copy_(from).Dispose());
    }

    private static double Rate(MatrixShape shape, string dtype, Device device)
    {
        LibtorchLoader.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode(true);
        ScalarType type = dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16;
        using Tensor x = randn([shape.Rows, shape.Inner], ScalarType.Float32, device).to(type);
        using Tensor weight = randn([shape.Columns, shape.Inner], ScalarType.Float32, device).to(type);
        using ILinearMaker maker = LinearMakers.For(dtype, type, device);
        using Linear form = maker.Make(weight, null);
        double seconds = Math.Min(
            BestSeconds(device, () => nn.functional.linear(x, weight).Dispose()), BestSeconds(device, () => form.Apply(x).Dispose()));
        return 2.0 * shape.Rows * shape.Inner * shape.Columns / seconds;
    }

    private static double BestSeconds(Device device, Action work)
    {
        double best = double.MaxValue;
        long begin = Stopwatch.GetTimestamp();
        for (int round = 0; round < 3 || Stopwatch.GetElapsedTime(begin).TotalSeconds < SecondsPerShape; round++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            if (device.type == DeviceType.CUDA)
            {
                cuda.synchronize(device);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
