using Jangbu.WebRtc.Drivers;

namespace Jangbu.Tests.Drivers;

/// <summary>The contract over the set of this system.</summary>
public sealed class UdpSocketSetTests : UdpSocketSetContract
{
    protected override UdpSocketSet Create() => UdpSocketSet.Create();

    [Fact]
    public void Datagrams_InARun_CostFewSystemCalls()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "segmentation offload is Linux's");
        using UdpSocketSet set = Create();
        Assert.True(set.TryOpen(new(System.Net.IPAddress.Loopback, 0), out UdpSocketToken token, out System.Net.IPEndPoint at, out _));
        for (int i = 0; i < 50; i++)
            set.Send(token, at, new byte[1_200]);
        set.Flush();
        Assert.Equal(1, set.Stats.SystemCalls);
        Assert.Equal(50, set.Stats.DatagramsSent);
    }
}

/// <summary>The contract over the set that runs everywhere.</summary>
public sealed class PortableUdpSocketSetTests : UdpSocketSetContract
{
    protected override UdpSocketSet Create() => UdpSocketSet.CreatePortable();
}

/// <summary>Which addresses of this machine are offered.</summary>
public sealed class LocalAddressesTests
{
    [Fact]
    public void List_NamesLoopbackOnlyWhenAsked()
    {
        Assert.Contains(System.Net.IPAddress.Loopback, LocalAddresses.List(loopback: true));
        Assert.All(LocalAddresses.List(loopback: true), address => Assert.True(System.Net.IPAddress.IsLoopback(address)));
        Assert.All(LocalAddresses.List(loopback: false), address => Assert.False(System.Net.IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal));
    }
}
