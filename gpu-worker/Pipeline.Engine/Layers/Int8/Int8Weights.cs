using Pipeline.Engine.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.Int8;

/// <summary>
/// A weight matrix as whole numbers: row i is <see cref="Values"/>[i] * <see cref="Scales"/>[i]. Symmetric, one scale for each
/// output: the scale then leaves the product, and what is multiplied are whole numbers that bfloat16 holds exactly.
/// </summary>
/// <param name="Values">int8 [outputs, inputs], from -127 to 127.</param>
/// <param name="Scales">float32 [outputs]: the largest magnitude of each row by 127.</param>
internal sealed record Int8Weights(Tensor Values, Tensor Scales)
{
    private static readonly Scalar Largest = 127f;

    /// <summary>Rounds a matrix to the nearest. Both results live in the caller's dispose scope, on the matrix's device.</summary>
    /// <param name="weight">[outputs, inputs], of any floating type.</param>
    public static Int8Weights Of(Tensor weight)
    {
        Tensor wide = weight.to(ScalarType.Float32);
        Tensor scales = wide.abs().amax([1]).div_(Largest);

        // A row of zeros has no scale of its own: any will do.
        scales.masked_fill_(scales.eq(Scalars.Zero), Scalars.One);
        return new Int8Weights(wide.div(scales.unsqueeze(1)).round_().to(ScalarType.Int8), scales);
    }
}
