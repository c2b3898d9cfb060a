namespace Pipeline.Tokenization.Requests;

/// <summary>Calls that a model may make, or leave, whose form is seen to.</summary>
/// <param name="Schema">The JSON schema of one call: an object with the function's name and arguments.</param>
/// <param name="Most">How many at once, at most.</param>
public sealed record OfferedCalls(string Schema, int Most)
{
    /// <summary>The mark that the model's family puts before a call, as text.</summary>
    public string Begin { get; init; } = "";

    /// <summary>The mark after it.</summary>
    public string End { get; init; } = "";
}
