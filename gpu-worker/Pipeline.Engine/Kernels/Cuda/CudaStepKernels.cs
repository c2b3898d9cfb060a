using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using Pipeline.Engine.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>The launches of a step. One object serves all steps, one after another.</summary>
internal sealed class CudaStepKernels(CudaKernels kernels) : IStepKernels
{
    private const int RotateThreads = 256, NormHeadThreads = 256, GateThreads = 256, MergeThreads = 128;

    private readonly ModelConfig _model = kernels.Setting.Model;
    private readonly CudaShape _shape = kernels.Shape;
    private CudaStepInputs _inputs;

    /// <summary>Begins another step.</summary>
    public void Begin(CudaStepInputs inputs) => _inputs = inputs;

    /// <inheritdoc/>
    public Tensor Norm(Tensor residual, Tensor? delta, Tensor weight)
    {
        int rows = (int)residual.size(0), width = (int)residual.size(1), pieces = width / _shape.Width;

        // Two pieces for a thread keep enough reads under way.
        int threads = Math.Min(1024, ((pieces + 1) / 2 + 31) / 32 * 32);
        Tensor result = Empty(rows, width);
        Launch(
            kernels.AddNorm, new LaunchShape(rows, threads, sizeof(float) * 32),
            [
                TensorAddress.Of(residual), delta is null ? 0 : TensorAddress.Of(delta), TensorAddress.Of(weight), TensorAddress.Of(result),
                (uint)width, BitConverter.SingleToUInt32Bits((float)_model.NormEpsilon),
            ]);
        return result;
    }

    /// <inheritdoc/>
    public void RotateAndStore(Tensor queryKeyValue, HeadNorms? norms, LayerConfig layer, LayerCache cache)
    {
        ulong heads = TensorAddress.Of(queryKeyValue);
        if (norms is not null)
        {
            Launch(
                kernels.NormHeads, new LaunchShape(_inputs.Rows, NormHeadThreads),
                [heads, TensorAddress.Of(norms.Query), TensorAddress.Of(norms.Key), BitConverter.SingleToUInt32Bits((float)_model.NormEpsilon)]);
        }

        Launch(
            kernels.RotateStore, new LaunchShape(_inputs.Rows, RotateThreads),
            [heads, kernels.AnglesOf(_inputs, layer.Rope), _inputs.Slots, TensorAddress.Of(cache.Slots)]);
    }

    /// <inheritdoc/>
    public Tensor Attend(Tensor queryKeyValue, LayerConfig layer, LayerCache cache)
    {
        PlannedWork work = kernels.WorkOf(layer);
        AttentionPlan plan = work.Plan;
        uint window = (uint)plan.Window;
        Tensor result = Empty(_inputs.Rows, _model.Heads * _model.HeadSize);
        ulong queries = TensorAddress.Of(queryKeyValue), slots = TensorAddress.Of(cache.Slots), attended = TensorAddress.Of(result);
        Launch(
            kernels.AttendSplit, new LaunchShape(plan.Split.Count * _model.KeyValueHeads, CudaShape.SplitWarps * 32, _shape.SplitShared),
            [queries, slots, work.Split, _inputs.Chunks, _inputs.Blocks, attended, _inputs.PartValues, _inputs.PartSums, window]);
        Launch(
            kernels.MergeSplits, new LaunchShape(plan.Merges.Count * _model.KeyValueHeads, MergeThreads),
            [work.Merges, _inputs.Chunks, _inputs.PartValues, _inputs.PartSums, attended]);
        Launch(
            kernels.AttendRows, new LaunchShape(plan.Rows.Count * _model.KeyValueHeads, CudaShape.RowWarps * 32, _shape.RowShared),
            [queries, slots, work.Rows, _inputs.Chunks, _inputs.Blocks, attended, window]);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Gate(Tensor gateUp)
    {
        int rows = (int)gateUp.size(0), width = (int)gateUp.size(1) / 2, perBlock = GateThreads * _shape.Width;
        Tensor result = Empty(rows, width);
        Launch(
            kernels.GateMultiply, new LaunchShape(rows, GateThreads, BlocksDown: (width + perBlock - 1) / perBlock),
            [TensorAddress.Of(gateUp), TensorAddress.Of(result), (uint)width]);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Choose(Tensor logits, Tensor? allowed = null)
    {
        logits = allowed is null ? logits : LogitChange.Refuse(logits, allowed);
        int rows = (int)logits.size(0), width = (int)logits.size(1), pieces = width / _shape.Width;
        Tensor tokens = torch.empty([rows], dtype: ScalarType.Int64, device: kernels.Setting.Device);
        Launch(
            kernels.Choose, new LaunchShape(rows, Math.Clamp((pieces + 31) / 32 * 32, 32, 1024), CudaShape.ChooseShared),
            [TensorAddress.Of(logits), TensorAddress.Of(tokens), (uint)width]);
        return tokens;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What a step keeps is the kernels', and serves the next step.
    }

    private Tensor Empty(int rows, int width) =>
        torch.empty([rows, width], dtype: kernels.Setting.Type, device: kernels.Setting.Device);

    private void Launch(nint function, LaunchShape shape, ReadOnlySpan<ulong> arguments)
    {
        if (shape.Blocks > 0)
        {
            kernels.Driver.Launch(function, shape, arguments);
        }
    }
}
