using System.Runtime.InteropServices;
using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cpu;

/// <summary>A tensor's own memory. TorchSharp's way to it ends at two gigabytes, which a cache may well be larger than.</summary>
internal static unsafe class TensorMemory
{
    private static readonly delegate* unmanaged<nint, nint> Data = (delegate* unmanaged<nint, nint>)
        NativeLibrary.GetExport(NativeLibrary.Load(LibtorchLoader.EnsureLoaded()), "THSTensor_data");

    /// <summary>The address of a tensor's first value. Good for as long as the tensor lives.</summary>
    /// <exception cref="ArgumentException">It is of another type, or its values do not lie one after another.</exception>
    public static void* Of(Tensor tensor, ScalarType type) => tensor.dtype == type && tensor.is_contiguous()
        ? (void*)Data(tensor.Handle)
        : throw new ArgumentException($"A kernel made for {type} was given a tensor that is {tensor.dtype}, or not contiguous.", nameof(tensor));
}
