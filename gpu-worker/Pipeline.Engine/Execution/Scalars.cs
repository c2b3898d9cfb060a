using TorchSharp;

namespace Pipeline.Engine.Execution;

/// <summary>
/// The numbers that go into torch operations, made once and kept for the life of the process. TorchSharp 0.107 turns a plain
/// number into a temporary <see cref="Scalar"/> and passes its handle on without keeping it alive: a collection at the wrong
/// moment frees it while native code reads it. That also goes for <c>add_(tensor)</c>, which makes a 1 of its own.
/// </summary>
internal static class Scalars
{
    public static readonly Scalar Zero = 0;
    public static readonly Scalar One = 1;
    /// <summary>The top-k that leaves all tokens.</summary>
    public static readonly Scalar Everything = int.MaxValue;
    public static readonly Scalar NegativeInfinity = float.NegativeInfinity;
}
