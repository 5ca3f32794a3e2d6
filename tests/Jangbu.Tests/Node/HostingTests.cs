using System.Net;
using Jangbu.Node;
using Jangbu.Node.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Jangbu.Tests.Node;

/// <summary>A node as a service of a host.</summary>
public sealed class HostingTests
{
    [Fact]
    public void AddJangbu_WrongOption_IsSeenBeforeTheHostStarts()
    {
        ServiceCollection services = new();
        JangbuException wrong = Assert.Throws<JangbuException>(() => services.AddJangbu(new JangbuOptions { Home = "x", Bootstrap = ["nobody"] }));
        Assert.Equal((FailureCode.OptionInvalid, "Bootstrap"), (wrong.Code, wrong.Parameters["option"]));
        Assert.Empty(services);
    }

    [Fact]
    public void AddJangbu_RegistersHostHealthCheckAndService()
    {
        ServiceCollection services = new();
        services.AddJangbu(new JangbuOptions { Home = "x" });
        Assert.Contains(services, service => service.ServiceType == typeof(JangbuHost));
        Assert.Contains(services, service => service.ServiceType == typeof(JangbuHealthCheck));
        Assert.Contains(services, service => service.ServiceType == typeof(IHostedService));
    }

    [Fact]
    public async Task Host_StartsAndStopsTheNode_AndItsHealthSaysSo()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        using TemporaryHome homes = new();
        await homes.InitAsync("a");
        await using BareDhtNode dht = await BareDhtNode.StartAsync(new DhtNodeOptions { Bind = IPAddress.Loopback }, end);
        await using JangbuHost host = new(homes.Options("a", dht));
        JangbuHealthCheck check = new(host);
        Assert.Equal(HealthStatus.Unhealthy, (await check.CheckHealthAsync(new HealthCheckContext(), end)).Status);
        await host.StartAsync(end);
        await foreach (NodeEvent happened in host.Node.EventsAsync(end))
        {
            if (happened is NodeEvent.Online)
                break;
        }
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new HealthCheckContext(), end)).Status);
        await host.StopAsync(end);
        Assert.Equal(HealthStatus.Unhealthy, (await check.CheckHealthAsync(new HealthCheckContext(), end)).Status);
        Assert.Throws<InvalidOperationException>(() => host.Node);
    }
}
