namespace Pipeline.Engine;

/// <summary>One request failed inside the engine; the others go on.</summary>
public sealed class SequenceFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public SequenceFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    public SequenceFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception without a message.</summary>
    public SequenceFailedException()
    {
    }

    /// <summary>How far it got, and what it took; set when it leaves the engine.</summary>
    public GenerationResult? Result { get; internal set; }
}
