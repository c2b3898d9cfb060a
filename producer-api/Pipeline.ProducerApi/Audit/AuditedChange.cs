namespace Pipeline.ProducerApi.Audit;

/// <summary>A change of a key or a tenant, as the audit trail is to say it.</summary>
/// <param name="TenantId">To whom it is done.</param>
/// <param name="ObjectId">What it is done to.</param>
/// <param name="Details">What is changed to what, as a JSON object.</param>
internal sealed record AuditedChange(Guid TenantId, string ObjectId, string Details);
