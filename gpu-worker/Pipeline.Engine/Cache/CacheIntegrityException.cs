namespace Pipeline.Engine.Cache;

/// <summary>The books of the KV cache do not balance: a defect of the engine, never of a request.</summary>
public sealed class CacheIntegrityException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which books, with the figures that do not agree.</param>
    public CacheIntegrityException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which books, with the figures that do not agree.</param>
    /// <param name="innerException">The cause.</param>
    public CacheIntegrityException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception without a message.</summary>
    public CacheIntegrityException()
    {
    }
}
