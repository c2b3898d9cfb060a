using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>
/// Gives weight matrices the form that they are computed with. What it made is to be disposed before it: forms may share buffers.
/// </summary>
internal interface ILinearMaker : IDisposable
{
    /// <summary>Makes a linear layer.</summary>
    /// <param name="weight">[outputs, inputs]: as on disk, or as the model has it already. The caller disposes it.</param>
    /// <param name="bias">[outputs] in the type and on the device that the model computes with, or null. The caller disposes it.</param>
    Linear Make(Tensor weight, Tensor? bias);
}
