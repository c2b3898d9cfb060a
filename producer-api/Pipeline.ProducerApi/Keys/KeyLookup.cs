namespace Pipeline.ProducerApi.Keys;

/// <summary>What became of looking a key up.</summary>
/// <param name="Caller">Whom it speaks for; <see langword="null"/> if it opens nothing.</param>
/// <param name="Refusal">Why it opens nothing, for its owner to read.</param>
internal readonly record struct KeyLookup(Caller? Caller, string? Refusal)
{
    public const string Unknown = "Incorrect API key provided.";
    public const string Revoked = "The API key provided has been revoked.";
    public const string Expired = "The API key provided has expired.";
    public const string Rotated = "The API key provided was rotated, and its time is up: use the new one.";
}
