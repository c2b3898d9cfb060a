using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Execution;

/// <summary>
/// The arithmetic that a chunk brings to a step, in multiply-adds: by which the step's time is divided.
/// Every token passes all projections and attends to all before it; the head runs only where a next token is chosen.
/// </summary>
internal sealed class WorkModel(ModelConfig model)
{
    private readonly double _perToken = model.Layers * (
        ((double)model.HiddenSize * model.HeadSize * ((2 * model.Heads) + (2 * model.KeyValueHeads)))
        + (3.0 * model.HiddenSize * model.IntermediateSize));

    private readonly double _perAttendedToken = 2.0 * model.Layers * model.Heads * model.HeadSize;

    private readonly double _head = (double)model.HiddenSize * model.VocabularySize;

    /// <summary>Multiply-adds of a whole plan.</summary>
    public double Of(StepPlan plan)
    {
        double sum = 0;
        foreach (ref readonly PlannedChunk chunk in plan.Chunks)
        {
            sum += Of(chunk);
        }

        return sum;
    }

    /// <summary>Multiply-adds of a chunk.</summary>
    public double Of(in PlannedChunk chunk)
    {
        double attended = chunk.Count * (chunk.Start + ((chunk.Count + 1) / 2.0));
        return (chunk.Count * _perToken) + (attended * _perAttendedToken) + (chunk.Chosen * _head);
    }
}
