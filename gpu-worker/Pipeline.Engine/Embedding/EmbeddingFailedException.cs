namespace Pipeline.Engine.Embedding;

/// <summary>One request failed inside the engine; the others go on.</summary>
public sealed class EmbeddingFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    public EmbeddingFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public EmbeddingFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception without a message.</summary>
    public EmbeddingFailedException()
    {
    }

    /// <summary>What it took; set when it leaves the engine.</summary>
    public EmbeddingResult? Result { get; internal set; }
}
