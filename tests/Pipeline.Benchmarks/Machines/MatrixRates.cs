using System.Diagnostics;
using Pipeline.Engine.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks.Machines;

/// <summary>How fast the library multiplies matrices, and how fast a device reads its memory.</summary>
internal static class MatrixRates
{
    private const double SecondsPerShape = 0.4;

    /// <summary>Operations a second (a multiply-add is two) of the best of the shapes.</summary>
    public static double Best(IEnumerable<MatrixShape> shapes, ScalarType type, Device device) =>
        shapes.Max(shape => Rate(shape, type, device));

    /// <summary>Bytes a second that a device moves copying its own memory, reads and writes counted.</summary>
    public static double CopyBytes(Device device)
    {
        LibtorchLoader.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        using Tensor from = empty([1L << 30], ScalarType.Byte, device);
        using Tensor to = empty_like(from);
        return 2.0 * (1L << 30) / BestSeconds(device, () => to.copy_(from).Dispose());
    }

    private static double Rate(MatrixShape shape, ScalarType type, Device device)
    {
        LibtorchLoader.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode(true);
        using Tensor x = randn([shape.Rows, shape.Inner], ScalarType.Float32, device).to(type);
        using Tensor weight = randn([shape.Columns, shape.Inner], ScalarType.Float32, device).to(type);
        return 2.0 * shape.Rows * shape.Inner * shape.Columns / BestSeconds(device, () => nn.functional.linear(x, weight).Dispose());
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
