using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Where a tensor's values lie, for kernels that read sixteen bytes at a time.</summary>
internal static class TensorAddress
{
    /// <summary>The address of a tensor's first value.</summary>
    /// <exception cref="ArgumentException">Its values do not lie one after another, or they do not begin at a multiple of 16 bytes.</exception>
    public static ulong Of(Tensor tensor)
    {
        ulong address = (ulong)TensorData.AddressOf(tensor);
        return address % 16 == 0 && tensor.is_contiguous()
            ? address
            : throw new ArgumentException("kernels read sixteen bytes at a time: a tensor must be contiguous and aligned to that", nameof(tensor));
    }
}
