namespace Pipeline.ProducerApi.Tenants;

/// <summary>What the caller's tenant may do, and how much of it is taken; <see langword="null"/> for no limit.</summary>
/// <param name="Object">Always <c>limits</c>.</param>
/// <param name="TenantId">Whose they are.</param>
/// <param name="RequestsPerMinute">Requests in a minute.</param>
/// <param name="BytesPerMinute">Bytes sent in a minute.</param>
/// <param name="EnqueuedTokens">Prompt tokens of open batches, by model.</param>
internal sealed record LimitsObject(
    string Object, string TenantId, long? RequestsPerMinute, long? BytesPerMinute, IReadOnlyDictionary<string, EnqueuedTokensObject> EnqueuedTokens);

/// <summary>Prompt tokens that open batches have for a model.</summary>
/// <param name="Limit">How many there may be; <see langword="null"/> for no limit.</param>
/// <param name="Enqueued">How many there are.</param>
internal sealed record EnqueuedTokensObject(long? Limit, long Enqueued);
