using Pipeline.Engine.Layers.Int8;
using Pipeline.Engine.Layers.OneDnn;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>Which form weights get.</summary>
internal static class LinearMakers
{
    /// <summary>The fastest maker for what is asked for.</summary>
    /// <param name="dtype">The option: <c>int8</c> asks for rounded weights.</param>
    /// <param name="type">What is computed in.</param>
    /// <param name="device">Where.</param>
    public static ILinearMaker For(string dtype, ScalarType type, Device device)
    {
        bool packed = device.type == DeviceType.CPU && OneDnnOperators.Serve(type);
        return (dtype == "int8", packed) switch
        {
            (true, true) => new PackedInt8LinearMaker(),
            (true, false) => new Int8LinearMaker(device),
            (false, true) => new PackedLinearMaker(type),
            (false, false) => new DenseLinearMaker(type, device),
        };
    }
}
