using Pipeline.Engine.Embedding.Packing;
using static TorchSharp.torch;

namespace Pipeline.Engine.Embedding;

/// <summary>A loaded model that gives each token a state. Owns its tensors; one thread at a time.</summary>
internal interface IEmbedder : IDisposable
{
    /// <summary>What it takes and gives.</summary>
    EmbedderConfig Config { get; }

    /// <summary>Computes the tokens' states.</summary>
    /// <param name="step">The inputs; none sees another's tokens.</param>
    /// <returns>[rows, width], in the type that is computed in and in the step's order; lives in the caller's dispose scope.</returns>
    Tensor Forward(PackedStep step);

    /// <summary>The arithmetic that an input brings to a step, in multiply-adds: by which the step's time is divided.</summary>
    /// <param name="length">Tokens of the input.</param>
    double Work(int length);
}
