namespace Pipeline.GpuWorker.Backends;

/// <summary>A job as a backend sees it.</summary>
/// <param name="Id">Unique among those that run: the job and its attempt.</param>
/// <param name="Tenant">Jobs of different tenants share no cached prefix: what one cached must not show in another's timing.</param>
/// <param name="Model">The name under which the model is served.</param>
/// <param name="Url">The API path.</param>
/// <param name="Body">The request as JSON text.</param>
internal sealed record BackendJob(string Id, Guid Tenant, string Model, string Url, string Body);
