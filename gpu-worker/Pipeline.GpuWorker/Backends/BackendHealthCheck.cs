using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pipeline.GpuWorker.Backends;

/// <summary>Ready when the model is loaded and the backend works.</summary>
internal sealed class BackendHealthCheck(BackendHost host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(host.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The backend is not ready, or has failed."));
}
