namespace Pipeline.ProducerApi.Webhooks;

/// <summary>The body of a create, for the documentation: read by <see cref="WebhookFields"/>.</summary>
internal sealed record CreateWebhookRequest(string Url, string[]? Events = null, string? Description = null, string? Secret = null);

/// <summary>The body of an update, for the documentation. What is absent stays.</summary>
internal sealed record UpdateWebhookRequest(string? Url = null, string[]? Events = null, string? Description = null, bool? Enabled = null);

/// <summary>The body of a rotation, for the documentation.</summary>
internal sealed record RotateSecretRequest(int? OverlapSeconds = null, string? Secret = null);
