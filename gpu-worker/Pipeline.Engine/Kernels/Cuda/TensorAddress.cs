using System.Runtime.InteropServices;
using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Where a tensor's values lie, on whatever device. TorchSharp shows that for CPU tensors only.</summary>
internal static unsafe class TensorAddress
{
    private static readonly delegate* unmanaged<nint, nint> Data = (delegate* unmanaged<nint, nint>)
        NativeLibrary.GetExport(NativeLibrary.Load(LibtorchLoader.EnsureLoaded()), "THSTensor_data");

    /// <summary>The address of a tensor's first value.</summary>
    /// <exception cref="ArgumentException">Its values do not lie one after another, or they do not begin at a multiple of 16 bytes.</exception>
    public static ulong Of(Tensor tensor)
    {
        ulong address = (ulong)Data(tensor.Handle);
        return address % 16 == 0 && tensor.is_contiguous()
            ? address
            : throw new ArgumentException("kernels read sixteen bytes at a time: a tensor must be contiguous and aligned to that", nameof(tensor));
    }
}
