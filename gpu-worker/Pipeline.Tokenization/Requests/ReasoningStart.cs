namespace Pipeline.Tokenization.Requests;

/// <summary>How a prompt leaves the model's thoughts.</summary>
public enum ReasoningStart
{
    /// <summary>It says nothing: the model may begin to think.</summary>
    Free,

    /// <summary>It has begun them: the model goes on with them.</summary>
    Begun,

    /// <summary>It has ended them: the model does not think.</summary>
    Ended,
}
