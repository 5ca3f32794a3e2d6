using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jangbu.Node.Hosting;

/// <summary>
/// Healthy: the node runs and the DHT answers. Degraded: it runs and nobody can be found. Unhealthy: it does not run, or the disk has failed it and it
/// stores nothing more.
/// </summary>
public sealed class JangbuHealthCheck(JangbuHost host) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!host.IsRunning)
            return HealthCheckResult.Unhealthy("the node does not run");
        NodeStatus status = host.Node.Status;
        if (status.Failure is { } failure)
            return HealthCheckResult.Unhealthy($"the node has stopped: {failure}");
        return status.DhtNodes > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded("no DHT node answers");
    }
}
