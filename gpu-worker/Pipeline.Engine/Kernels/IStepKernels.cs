using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Sampling;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>
/// The operations of a decoder that are worth writing by hand, for the rows of one step; everything else is a matrix
/// product, or a draw by chance. What they return lives in the caller's dispose scope.
/// </summary>
internal interface IStepKernels : IDisposable
{
    /// <summary>
    /// Adds to the residual stream, then normalises it: root mean square normalisation of each row, computed in float32:
    /// x / rms(x) * weight, or x / rms(x) * (1 + weight) where the model says so (<see cref="ModelConfig.NormOffset"/>).
    /// </summary>
    /// <param name="residual">[rows, hidden]; <paramref name="delta"/> is added to it in place.</param>
    /// <param name="delta">[rows, hidden], or null for nothing to add.</param>
    /// <param name="weight">[hidden].</param>
    /// <returns>[rows, hidden], normalised. Rows need not be the step's: the last norm sees those that sample.</returns>
    Tensor Norm(Tensor residual, Tensor? delta, Tensor weight);

    /// <summary>
    /// Normalises each query and key head if the model does, turns the halves of its rotary part against each other by its row's
    /// position, in place, and writes the rows' keys and values to their slots.
    /// </summary>
    /// <param name="queryKeyValue">[rows, heads + 2 * key-value heads, head size], contiguous: queries, keys, values.</param>
    /// <param name="norms">The heads' norms, or null for none.</param>
    /// <param name="layer">The layer: which rotary settings.</param>
    /// <param name="cache">The layer's cache.</param>
    void RotateAndStore(Tensor queryKeyValue, HeadNorms? norms, LayerConfig layer, LayerCache cache);

    /// <summary>
    /// Causal attention of every row over its sequence's cached tokens, its own included, or over the last of them where the layer
    /// has a window; with the model's scale and cap. All rows' keys and values are in the
    /// cache already: sequences of one step may share blocks that it fills.
    /// </summary>
    /// <param name="queryKeyValue">As <see cref="RotateAndStore"/> left it; only the queries are read.</param>
    /// <param name="layer">The layer: how far it sees.</param>
    /// <param name="cache">The layer's cache.</param>
    /// <returns>[rows, heads * head size].</returns>
    Tensor Attend(Tensor queryKeyValue, LayerConfig layer, LayerCache cache);

    /// <summary>activation(gate) * up, with the model's activation.</summary>
    /// <param name="gateUp">[rows, 2 * width]: gate, then up.</param>
    /// <returns>[rows, width].</returns>
    Tensor Gate(Tensor gateUp);

    /// <summary>
    /// The likeliest token of each row: of equal maxima the first, so that greedy decoding is exact and the same on every run.
    /// </summary>
    /// <param name="logits">[samples, vocabulary], in the engine's type.</param>
    /// <param name="allowed">
    /// uint8 [samples, bytes]: bit (t % 8) of byte (t / 8) says whether token t counts; bytes are a multiple of 4. Null where all do.
    /// </param>
    /// <returns>int64 [samples]: token ids, or <see cref="Sampler.NotFinite"/> for a row whose maximum is infinite or not a number.</returns>
    Tensor Choose(Tensor logits, Tensor? allowed = null);
}
