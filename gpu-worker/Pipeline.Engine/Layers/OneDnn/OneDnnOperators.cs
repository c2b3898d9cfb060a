using System.Runtime.InteropServices;
using Pipeline.Engine.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.OneDnn;

/// <summary>
/// Matrix products by oneDNN over weights that were brought into its own blocked layout beforehand. libtorch's plain
/// <c>linear</c> does that work on every call for bfloat16, and leaves float32 to MKL, which is slower on few rows.
/// The operators are those that PyTorch's compiler uses on a CPU (<c>torch/_inductor</c>, <c>mkldnn::*</c>). Thread-safe.
/// </summary>
internal static class OneDnnOperators
{
    // The layout that oneDNN picks for this many rows serves all others as well.
    private const long TypicalRows = 256;

    private static readonly Lazy<torch.jit.ScriptModule> Module = new(Load);

    /// <summary>
    /// Whether this process can use them for a type: tried out on a small product against libtorch's plain one. Older processors
    /// have no bfloat16 in oneDNN.
    /// </summary>
    public static bool Serve(ScalarType type)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return false;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable inference = torch.inference_mode(true);
        float[] values = [.. Enumerable.Range(0, 48 * 32).Select(i => ((i * 37 % 61) - 30) / 32f)];
        Tensor weight = torch.tensor(values, [48, 32]).to(type), x = weight.narrow(0, 3, 5).contiguous();
        try
        {
            Tensor difference = Apply(x, Pack(weight), null).to(ScalarType.Float32)
                .sub(nn.functional.linear(x, weight).to(ScalarType.Float32)).abs().max();
            return difference.data<float>()[0] <= 0.1f;
        }
        catch (ExternalException)
        {
            return false;
        }
    }

    /// <summary>Brings a weight matrix into oneDNN's layout. The caller disposes the result, which only these operators can read.</summary>
    /// <param name="weight">[outputs, inputs], float32 or bfloat16, on the CPU.</param>
    public static Tensor Pack(Tensor weight) => (Tensor)Module.Value.invoke("pack", weight, TypicalRows);

    /// <summary>x times the weights' transpose, plus the bias.</summary>
    /// <param name="x">[rows, inputs], in the weights' type.</param>
    /// <param name="packed">Of <see cref="Pack"/>.</param>
    /// <param name="bias">[outputs], or null.</param>
    public static Tensor Apply(Tensor x, Tensor packed, Tensor? bias) => bias is null
        ? (Tensor)Module.Value.invoke("linear", x, packed)
        : (Tensor)Module.Value.invoke("linear_bias", x, packed, bias);

    /// <summary>Where packed weights lie, and how many bytes they take (padding included). Valid while the tensor lives.</summary>
    public static (nint Address, long Bytes) Memory(Tensor packed)
    {
        using Scalar address = (Scalar)Module.Value.invoke("address", packed), bytes = (Scalar)Module.Value.invoke("bytes", packed);
        return ((nint)address.ToInt64(), bytes.ToInt64());
    }

    private static torch.jit.ScriptModule Load()
    {
        const string Unfused = "\"none\", annotate(List[Optional[number]], []), None";
        return torch.jit.load(
            ScriptArchive.Of(
                ("pack", "w: Tensor, rows: int", "Tensor", "ops.mkldnn._reorder_linear_weight(w, rows)"),
                ("linear", "x: Tensor, w: Tensor", "Tensor", $"ops.mkldnn._linear_pointwise(x, w, None, {Unfused})"),
                ("linear_bias", "x: Tensor, w: Tensor, b: Tensor", "Tensor", $"ops.mkldnn._linear_pointwise(x, w, b, {Unfused})"),
                ("address", "w: Tensor", "int", "ops.mkldnn.data_ptr(w)"),
                ("bytes", "w: Tensor", "int", "ops.mkldnn._nbytes(w)")),
            DeviceType.CPU);
    }
}
