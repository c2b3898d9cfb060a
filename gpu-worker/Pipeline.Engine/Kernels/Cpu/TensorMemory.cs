using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cpu;

/// <summary>A tensor's own memory, for kernels that are made for one type.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The address of a tensor's first value. Good for as long as the tensor lives.</summary>
    /// <exception cref="ArgumentException">It is of another type, or its values do not lie one after another.</exception>
    public static void* Of(Tensor tensor, ScalarType type) => tensor.dtype == type && tensor.is_contiguous()
        ? (void*)TensorData.AddressOf(tensor)
        : throw new ArgumentException($"A kernel made for {type} was given a tensor that is {tensor.dtype}, or not contiguous.", nameof(tensor));
}
