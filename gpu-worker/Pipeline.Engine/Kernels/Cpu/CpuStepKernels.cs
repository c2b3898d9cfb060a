using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels.Cpu.Attention;
using Pipeline.Engine.Kernels.Cpu.Threading;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cpu;

/// <summary>
/// The operations for the rows of one step. They have computed when they return; results are new tensors whose memory was
/// written directly.
/// </summary>
internal sealed unsafe class CpuStepKernels(KernelSetting setting, CpuWork work, ThreadTeam team) : IStepKernels
{
    private int _rows;

    /// <summary>Takes over a step's layout.</summary>
    public void Prepare(StepLayout layout)
    {
        _rows = layout.Rows;
        work.Rotary.Prepare(layout);
        foreach (AttentionPlan plan in work.Attention.Plans.Values)
        {
            plan.Prepare(layout);
        }

        work.Attention.Blocks = layout.Blocks;
    }

    /// <inheritdoc/>
    public Tensor Norm(Tensor residual, Tensor? delta, Tensor weight)
    {
        long rows = residual.size(0), width = residual.size(1);
        Tensor result = torch.empty(rows, width, dtype: setting.Type);
        work.Norm.Run(team, Memory(residual), delta is null ? null : Memory(delta), Memory(weight), Memory(result), (int)rows, (int)width);
        return result;
    }

    /// <inheritdoc/>
    public void RotateAndStore(Tensor queryKeyValue, HeadNorms? norms, LayerConfig layer, LayerCache cache) => work.Rotary.Run(
        team,
        Memory(queryKeyValue),
        norms is null ? null : Memory(norms.Query),
        norms is null ? null : Memory(norms.Key),
        layer.Rope,
        Memory(cache.Slots),
        _rows);

    /// <inheritdoc/>
    public Tensor Attend(Tensor queryKeyValue, LayerConfig layer, LayerCache cache)
    {
        Tensor result = torch.empty(_rows, (long)setting.Model.Heads * setting.Model.HeadSize, dtype: setting.Type);
        work.Attention.Plan = work.Attention.Plans[layer.Window ?? int.MaxValue];
        work.Attention.Projected = Memory(queryKeyValue);
        work.Attention.Slots = Memory(cache.Slots);
        work.Attention.Result = Memory(result);
        work.Attention.Run(team);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Gate(Tensor gateUp)
    {
        long rows = gateUp.size(0), width = gateUp.size(1) / 2;
        Tensor result = torch.empty(rows, width, dtype: setting.Type);
        work.Gate.Run(team, Memory(gateUp), Memory(result), (int)rows, (int)width);
        return result;
    }

    /// <inheritdoc/>
    public Tensor Choose(Tensor logits, Tensor? allowed = null)
    {
        long rows = logits.size(0), width = logits.size(1);
        Tensor tokens = torch.empty(rows, dtype: ScalarType.Int64);
        uint* masks = allowed is null ? null : (uint*)TensorMemory.Of(allowed, ScalarType.Byte);
        work.Choice.Run(team, Memory(logits), masks, (int)(allowed?.size(1) ?? 0) / sizeof(uint), (long*)TensorMemory.Of(tokens, ScalarType.Int64), (int)rows, (int)width);
        return tokens;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Tensors are the caller's; everything else is kept for the next step.
    }

    private void* Memory(Tensor tensor) => TensorMemory.Of(tensor, setting.Type);
}
