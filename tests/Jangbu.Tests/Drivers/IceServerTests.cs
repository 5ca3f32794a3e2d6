using Jangbu.WebRtc.Drivers;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Tests.Drivers;

/// <summary>Server URIs as people write them (RFC 7064, RFC 7065).</summary>
public sealed class IceServerTests
{
    [Theory]
    [InlineData("stun:example.org", false, "example.org", 3478, TurnTransport.Udp, "stun:example.org:3478")]
    [InlineData("stun:192.0.2.1:19302", false, "192.0.2.1", 19302, TurnTransport.Udp, "stun:192.0.2.1:19302")]
    [InlineData("stun:[2001:db8::1]:1", false, "2001:db8::1", 1, TurnTransport.Udp, "stun:[2001:db8::1]:1")]
    [InlineData("turn:example.org?transport=udp", true, "example.org", 3478, TurnTransport.Udp, "turn:example.org:3478")]
    [InlineData("turn:a:b@example.org:99?transport=tcp", true, "example.org", 99, TurnTransport.Tcp, "turn:example.org:99?transport=tcp")]
    [InlineData("turns:a:b:c@example.org", true, "example.org", 5349, TurnTransport.Tls, "turns:example.org:5349")]
    [InlineData("turns:example.org:443?transport=tcp", true, "example.org", 443, TurnTransport.Tls, "turns:example.org:443")]
    public void Uri_InOneOfTheForms_IsRead(string text, bool isTurn, string host, int port, TurnTransport transport, string plain)
    {
        Assert.True(IceServer.TryParse(text, out IceServer? server));
        Assert.Equal((isTurn, host, port, transport), (server.IsTurn, server.Host, server.Port, server.Transport));
        Assert.Equal(plain, server.ToString());
    }

    [Fact]
    public void Credentials_MayHoldColonsAndAtSigns()
    {
        Assert.True(IceServer.TryParse("turn:user:p@ss:word@example.org", out IceServer? server));
        Assert.Equal(("user", "p@ss:word", "example.org"), (server.UserName, server.Password, server.Host));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("example.org:3478")]
    [InlineData("http://example.org")]
    [InlineData("stun:")]
    [InlineData("stun:example.org:0")]
    [InlineData("stun:example.org:65536")]
    [InlineData("stun:example.org:+1")]
    [InlineData("stun:example.org:")]
    [InlineData("stun:a:b@example.org")]
    [InlineData("stun:example.org?transport=udp")]
    [InlineData("turn:example.org?transport=sctp")]
    [InlineData("turns:example.org?transport=udp")]
    [InlineData("turn:user@example.org")]
    [InlineData("stun:[2001:db8::1")]
    [InlineData("stun:[192.0.2.1]")]
    [InlineData("stun:exa mple.org")]
    public void Uri_InAnotherForm_IsRefused(string? text) => Assert.False(IceServer.TryParse(text, out _));
}
