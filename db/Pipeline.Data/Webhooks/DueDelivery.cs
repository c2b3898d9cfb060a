namespace Pipeline.Data.Webhooks;

/// <summary>A delivery whose next attempt is to be made now.</summary>
/// <param name="Id">The delivery's id, for the header <c>webhook-id</c>.</param>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Url">Where to.</param>
/// <param name="Secrets">What to sign with: the current secret, and the one before while it is still good.</param>
/// <param name="Body">What to post.</param>
/// <param name="Attempt">Which attempt this is; 1 for the first.</param>
public sealed record DueDelivery(string Id, string EndpointId, string Url, IReadOnlyList<string> Secrets, string Body, int Attempt);
