using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>
/// Lays a plan out as tensors: all whole numbers of a step travel to the device as one array. Must be used
/// within a dispose scope that outlives the step.
/// </summary>
internal sealed class StepInputsBuilder : IDisposable
{
    private readonly ModelConfig _model;
    private readonly int _blockSize;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly Tensor _frequencies;
    private readonly Tensor _slots;

    public StepInputsBuilder(ModelConfig model, int blockSize, ScalarType type, Device device)
    {
        _model = model;
        _blockSize = blockSize;
        _type = type;
        _device = device;
        _frequencies = torch.tensor(model.RotaryFrequencies(), dtype: ScalarType.Float64, device: device);
        int slots = (model.ContextLength + blockSize - 1) / blockSize * blockSize;
        _slots = torch.tensor(Enumerable.Range(0, slots).Select(slot => (long)slot).ToArray(), device: device);
    }

    /// <summary>Builds the inputs. The rows follow <paramref name="groups"/>, and within a group its chunks.</summary>
    public StepInputs Build(IReadOnlyList<IReadOnlyList<PlannedChunk>> groups)
    {
        StepIndices indices = StepIndices.Of(groups, _blockSize);
        Tensor packed = torch.tensor(indices.Packed, dtype: ScalarType.Int64).to(_device);
        Tensor Part(StepIndices.Span span) => packed.narrow(0, span.Start, span.Count);

        Tensor positions = Part(indices.Positions);
        List<AttentionGroup> attention = [];
        foreach (StepIndices.Group group in indices.Groups)
        {
            Tensor rows = positions.narrow(0, group.FirstRow, group.Sequences * group.Queries);
            attention.Add(new AttentionGroup(
                group.FirstRow, group.Sequences, group.Queries, Part(group.Blocks), Mask(rows, group)));
        }

        return new StepInputs(
            Part(indices.Tokens), Part(indices.Slots), Part(indices.SampleRows), Angles(positions), attention);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frequencies.Dispose();
        _slots.Dispose();
    }

    private Rotation Angles(Tensor positions)
    {
        // In float64: a position in the hundred thousands times a frequency leaves float32 few digits.
        Tensor angles = positions.to(ScalarType.Float64).view(-1, 1, 1).mul(_frequencies);
        Tensor cosine = angles.cos().to(ScalarType.Float32), sine = angles.sin().to(ScalarType.Float32);
        return new Rotation(torch.cat([cosine, cosine], -1), torch.cat([sine.neg(), sine], -1));
    }

    private Tensor Mask(Tensor positions, StepIndices.Group group)
    {
        long context = group.Blocks.Count / group.Sequences * _blockSize;
        Tensor later = _slots.narrow(0, 0, context).gt(positions.view(group.Sequences, 1, 1, group.Queries, 1));
        return torch.zeros(later.shape, dtype: _type, device: _device)
            .masked_fill_(later, Scalars.NegativeInfinity)
            .expand(group.Sequences, 1, _model.Group, group.Queries, context)
            .reshape(group.Sequences, 1, _model.Group * group.Queries, context);
    }
}
