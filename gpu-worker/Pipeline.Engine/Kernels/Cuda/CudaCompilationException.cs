namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>A CUDA program does not compile.</summary>
/// <param name="summary">What was compiled, and by what.</param>
/// <param name="log">What the compiler says.</param>
public sealed class CudaCompilationException(string summary, string log) : CudaException($"{summary}:{Environment.NewLine}{log}")
{
    /// <summary>What the compiler says.</summary>
    public string Log { get; } = log;
}
