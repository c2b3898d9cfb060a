namespace Pipeline.Engine;

/// <summary>Why a completion ended.</summary>
public enum FinishReason
{
    /// <summary>The model gave an end token, or a stop text came up.</summary>
    Stop,

    /// <summary>The tokens asked for are there, or a constraint has led the output to its end because they would soon have been.</summary>
    Length,

    /// <summary>Nobody wants it any more.</summary>
    Cancelled,

    /// <summary>It alone failed: see <see cref="FinishedGeneration.Failure"/>.</summary>
    Failed,
}
