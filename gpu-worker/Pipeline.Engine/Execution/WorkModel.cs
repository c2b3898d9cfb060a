using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Execution;

/// <summary>
/// The arithmetic that a chunk brings to a step, in multiply-adds: by which the step's time is divided.
/// Every token passes all projections and attends to all before it; the head runs only where a next token is chosen.
/// </summary>
internal sealed class WorkModel(ModelConfig model)
{
    private readonly double _perToken = Enumerable.Range(0, model.Layers).Sum(layer =>
        ((double)model.HiddenSize * model.HeadSize * ((2 * model.Heads) + (2 * model.KeyValueHeads))) + FeedForward(model, model.LayerAt(layer)));

    private readonly double _perAttendedToken = 2.0 * model.Heads * model.HeadSize;

    // How many layers there are of each window; where nothing is hidden, one of int.MaxValue.
    private readonly (int Window, int Layers)[] _windows =
        [.. Enumerable.Range(0, model.Layers).CountBy(layer => model.LayerAt(layer).Window ?? int.MaxValue).Select(count => (count.Key, count.Value))];

    private readonly double _head = (double)model.HiddenSize * model.VocabularySize;

    /// <summary>Multiply-adds of a chunk.</summary>
    public double Of(in PlannedChunk chunk) => Of(chunk.Start, chunk.Count, chunk.Scored + chunk.Chosen);

    /// <summary>Multiply-adds of tokens of one sequence.</summary>
    /// <param name="start">Tokens before them.</param>
    /// <param name="count">How many.</param>
    /// <param name="chosen">Tokens that are chosen or scored.</param>
    public double Of(int start, int count, int chosen)
    {
        double attended = 0;
        foreach ((int window, int layers) in _windows)
        {
            attended += layers * (Attended(start + count, window) - Attended(start, window));
        }

        return (count * _perToken) + (attended * _perAttendedToken) + (chosen * _head);
    }

    /// <summary>Tokens that the first so many tokens of a sequence attend over, all together.</summary>
    private static double Attended(int tokens, int window)
    {
        double growing = Math.Min(tokens, window);
        return (growing * (growing + 1) / 2) + ((tokens - growing) * window);
    }

    /// <summary>A token passes all of a dense layer, and of a mixture the router and the experts chosen for it.</summary>
    private static double FeedForward(ModelConfig model, LayerConfig layer) => layer.IsMixture && model.Mixture is { } mixture
        ? (double)model.HiddenSize * (mixture.Experts + (3.0 * mixture.Active * mixture.IntermediateSize))
        : 3.0 * model.HiddenSize * model.IntermediateSize;
}
