using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Jangbu.WebRtc.Drivers;
using Jangbu.WebRtc.Ice;

namespace Jangbu.Interop.Tests.Turn;

/// <summary>STUN and TURN against coturn (Debian's package) on loopback: over UDP, TCP and TLS, with everything above it up to a message.</summary>
public sealed class CoturnTests : IDisposable
{
    private const string Program = "/usr/bin/turnserver";
    private readonly string _folder = Directory.CreateTempSubdirectory("jangbu-coturn").FullName;
    private readonly int _port = FreePort();
    private readonly int _tlsPort = FreePort();
    private Process? _coturn;

    [Theory]
    [InlineData("turn:user:secret@127.0.0.1:{0}")]
    [InlineData("turn:user:secret@127.0.0.1:{0}?transport=tcp")]
    [InlineData("turns:user:secret@127.0.0.1:{1}")]
    public async Task Relay_OverEachTransport_CarriesADataChannel(string uri)
    {
        await StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string server = string.Format(System.Globalization.CultureInfo.InvariantCulture, uri, _port, _tlsPort);
        await using PeerConnectionHost relayed = await PeerConnectionHost.StartAsync(
            new() { Loopback = true, Servers = [server], Ice = new() { Controlling = false, RelayOnly = true }, AcceptAnyTurnCertificate = true }, limit.Token);
        await using PeerConnectionHost direct = await PeerConnectionHost.StartAsync(new() { Loopback = true }, limit.Token);

        await using HostedPeerConnection offerer = await relayed.CreateOfferAsync(limit.Token);
        Assert.Contains("typ relay", offerer.LocalDescription, StringComparison.Ordinal);
        Assert.DoesNotContain("typ host", offerer.LocalDescription, StringComparison.Ordinal);
        HostedDataChannel channel = await offerer.CreateChannelAsync("relayed", cancellationToken: limit.Token);
        await using HostedPeerConnection answerer = await direct.AcceptOfferAsync(offerer.LocalDescription, limit.Token);
        await offerer.AcceptAnswerAsync(answerer.LocalDescription, limit.Token);
        IceRoute route = await offerer.ConnectedAsync(limit.Token);
        Assert.True(route.IsRelayedByUs);

        byte[] message = RandomNumberGenerator.GetBytes(60_000);
        await foreach (HostedDataChannel incoming in answerer.ChannelsAsync(limit.Token))
        {
            for (int round = 0; round < 5; round++)
            {
                await channel.SendAsync(message, limit.Token);
                await foreach (DataChannelMessage came in incoming.ReadAllAsync(limit.Token))
                {
                    Assert.Equal(message, came.Bytes.ToArray());
                    break;
                }
            }

            break;
        }
    }

    [Fact]
    public async Task Binding_AtCoturn_EndsGathering()
    {
        await StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using PeerConnectionHost host = await PeerConnectionHost.StartAsync(new() { Loopback = true, Servers = [$"stun:127.0.0.1:{_port}"] }, limit.Token);
        await using HostedPeerConnection offerer = await host.CreateOfferAsync(limit.Token);
        // The address that coturn sees is the host's own: no new candidate, and nothing to wait for.
        Assert.Contains("typ host", offerer.LocalDescription, StringComparison.Ordinal);
        Assert.DoesNotContain("typ srflx", offerer.LocalDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongPassword_LeavesTheHostCandidates()
    {
        await StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using PeerConnectionHost host = await PeerConnectionHost.StartAsync(new() { Loopback = true, Servers = [$"turn:user:wrong@127.0.0.1:{_port}"] }, limit.Token);
        await using HostedPeerConnection offerer = await host.CreateOfferAsync(limit.Token);
        Assert.DoesNotContain("typ relay", offerer.LocalDescription, StringComparison.Ordinal);
        Assert.Contains("typ host", offerer.LocalDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UntrustedCertificate_IsNoRelay()
    {
        await StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using PeerConnectionHost host = await PeerConnectionHost.StartAsync(new() { Loopback = true, Servers = [$"turns:user:secret@127.0.0.1:{_tlsPort}"] }, limit.Token);
        await using HostedPeerConnection offerer = await host.CreateOfferAsync(limit.Token);
        Assert.DoesNotContain("typ relay", offerer.LocalDescription, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (_coturn is not null)
        {
            _coturn.Kill(entireProcessTree: true);
            _coturn.WaitForExit();
            _coturn.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        Assert.SkipUnless(File.Exists(Program), "Debian's coturn is not installed");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        _coturn = PeerProgram.Start(Program, "-n", "--no-cli", "--simple-log", "--log-file", Path.Combine(_folder, "log"), "-L", "127.0.0.1", "-E", "127.0.0.1",
            "--listening-port", $"{_port}", "--tls-listening-port", $"{_tlsPort}", "--cert", Path.Combine(_folder, "cert.pem"), "--pkey", Path.Combine(_folder, "key.pem"),
            "--lt-cred-mech", "-u", "user:secret", "-r", "jangbu.test", "--allow-loopback-peers", "--no-rfc5780",
            "--pidfile", Path.Combine(_folder, "pid"), "--userdb", Path.Combine(_folder, "db"));
        _ = _coturn.StandardOutput.ReadToEndAsync();
        _ = _coturn.StandardError.ReadToEndAsync();
        // It opens its listeners one after another, the one for TLS last but for UDP: asked until both answer.
        byte[] binding = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, .. RandomNumberGenerator.GetBytes(12)];
        for (int attempt = 0; attempt < 100; attempt++)
        {
            Assert.False(_coturn.HasExited, "coturn ended at once");
            using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            using var tcp = new TcpClient();
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            try
            {
                await udp.SendAsync(binding, new IPEndPoint(IPAddress.Loopback, _port), limit.Token);
                await udp.ReceiveAsync(limit.Token);
                await tcp.ConnectAsync(IPAddress.Loopback, _tlsPort, limit.Token);
                return;
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                await Task.Delay(50);
            }
        }

        Assert.Fail("coturn does not listen");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
