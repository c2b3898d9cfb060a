namespace Pipeline.Engine.Models;

/// <summary>The model in a directory is none that this engine runs, or its configuration contradicts itself.</summary>
public sealed class UnsupportedModelException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file and which setting, with its value.</param>
    public UnsupportedModelException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file and which setting, with its value.</param>
    /// <param name="innerException">What reading it ran into.</param>
    public UnsupportedModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception without a message.</summary>
    public UnsupportedModelException()
    {
    }
}
