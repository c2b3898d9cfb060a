namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>The CUDA driver or its compiler refused something.</summary>
public class CudaException : Exception
{
    /// <summary>Says what failed.</summary>
    public CudaException(string message)
        : base(message)
    {
    }

    /// <summary>Says what failed, and why.</summary>
    public CudaException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
