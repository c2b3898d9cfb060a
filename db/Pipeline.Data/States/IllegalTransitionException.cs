namespace Pipeline.Data.States;

/// <summary>Somebody asked for a state change that is not in the table of <see cref="Transitions"/>.</summary>
public sealed class IllegalTransitionException : InvalidOperationException
{
    /// <summary>Makes one without a message.</summary>
    public IllegalTransitionException()
    {
    }

    /// <summary>Makes one that says which change.</summary>
    public IllegalTransitionException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with its cause.</summary>
    public IllegalTransitionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
