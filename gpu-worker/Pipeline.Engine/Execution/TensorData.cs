using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Where a tensor's values lie, on whatever device. TorchSharp shows that for CPU tensors only, up to two gigabytes.</summary>
internal static unsafe class TensorData
{
    private static readonly delegate* unmanaged<nint, nint> Data = (delegate* unmanaged<nint, nint>)
        NativeLibrary.GetExport(NativeLibrary.Load(LibtorchLoader.EnsureLoaded()), "THSTensor_data");

    /// <summary>The address of a tensor's first value. Good for as long as the tensor lives.</summary>
    public static nint AddressOf(Tensor tensor) => Data(tensor.Handle);
}
