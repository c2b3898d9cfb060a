using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Memory of the host that a device reads and writes.</summary>
internal static class HostMemory
{
    /// <summary>A tensor of its own on the host, outside of any dispose scope; pinned if the device is CUDA's.</summary>
    public static Tensor Allocate(long count, ScalarType type, Device device)
    {
        Tensor pageable = torch.empty([count], dtype: type).DetachFromDisposeScope();
        if (device.type == DeviceType.CPU)
        {
            return pageable;
        }

        using (pageable)
        {
            return pageable.pin_memory().DetachFromDisposeScope();
        }
    }
}
