namespace Pipeline.Engine;

/// <summary>The engine itself failed (the device, the memory, its own books), and with it every request it had.</summary>
public sealed class EngineFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What failed.</param>
    /// <param name="innerException">The cause.</param>
    public EngineFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    public EngineFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception without a message.</summary>
    public EngineFailedException()
    {
    }
}
