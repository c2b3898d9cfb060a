using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Machines;

/// <summary>A product of activations [rows, inner] and weights [columns, inner].</summary>
internal readonly record struct MatrixShape(int Rows, int Inner, int Columns)
{
    /// <summary>Without a model at hand: a square that any library is good at.</summary>
    public static IReadOnlyList<MatrixShape> Squares { get; } = [new(1024, 1024, 1024), new(2048, 2048, 2048)];

    /// <summary>The feed-forward products of a model, for the prompt tokens of one step.</summary>
    public static IReadOnlyList<MatrixShape> Of(ModelConfig model, int rows) =>
    [
        new(rows, model.HiddenSize, 2 * model.IntermediateSize),
        new(rows, model.IntermediateSize, model.HiddenSize),
    ];
}
