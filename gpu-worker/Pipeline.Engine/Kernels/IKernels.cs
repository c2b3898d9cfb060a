using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>
/// The operations of a decoder layer that are worth writing by hand; everything else is a matrix product.
/// What they return lives in the caller's dispose scope.
/// </summary>
internal interface IKernels
{
    /// <summary>Root mean square normalisation of each row, computed in float32: x / rms(x) * weight.</summary>
    /// <param name="x">[rows, hidden].</param>
    /// <param name="weight">[hidden].</param>
    Tensor RmsNorm(Tensor x, Tensor weight);

    /// <summary>Turns each head's halves against each other by its row's position, in place.</summary>
    /// <param name="heads">[rows, heads, head size]; may be a view.</param>
    /// <param name="rotation">The rows' angles.</param>
    void Rotate(Tensor heads, Rotation rotation);

    /// <summary>Writes rows' keys and values to their slots.</summary>
    /// <param name="keysValues">[rows, 2 * key-value heads, head size]: keys, then values; may be a view.</param>
    /// <param name="slots">int64 [rows].</param>
    /// <param name="cache">The layer's cache.</param>
    void Store(Tensor keysValues, Tensor slots, LayerCache cache);

    /// <summary>Attention of a group's queries over its sequences' cached tokens, new ones included.</summary>
    /// <param name="queries">[rows of the group, heads, head size]; may be a view.</param>
    /// <param name="cache">The layer's cache.</param>
    /// <param name="group">Whose queries they are.</param>
    /// <returns>[rows of the group, heads * head size].</returns>
    Tensor Attend(Tensor queries, LayerCache cache, AttentionGroup group);

    /// <summary>silu(gate) * up.</summary>
    /// <param name="gateUp">[rows, 2 * width]: gate, then up.</param>
    Tensor SiluMultiply(Tensor gateUp);
}
