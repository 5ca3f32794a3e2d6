using System.Runtime.InteropServices;
using Jangbu.WebRtc.Dtls;

namespace Jangbu.Tests.Dtls;

/// <summary>The contract over OpenSSL, and what only it has.</summary>
public sealed class OpenSslDtlsSessionTests : DtlsSessionContract
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    protected override IDtlsSession Create(DtlsOptions options) => new OpenSslDtlsSession(options);

    protected override DtlsCertificate CreateCertificate() => DtlsCertificate.Create(At);

    [Fact]
    public void ClientHello_InManySmallDatagrams_IsReassembled()
    {
        // A browser's ClientHello with a post-quantum key share comes in two fragments; here every flight is cut small.
        using Ends ends = CreateEnds(mtu: 256);
        ends.Client.Start(ends.Now);
        List<byte[]> hello = ends.Carry(ends.Client, null);
        Assert.All(hello, datagram => Assert.InRange(datagram.Length, 13, 256));
        ends.Server.Start(ends.Now);
        foreach (byte[] datagram in hello)
            ends.Server.Receive(ends.Now, datagram);
        ends.Connect();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (ends.Client.State, ends.Server.State));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(1_200)]
    public void Flights_AreCutToTheMtu(int mtu)
    {
        using Ends ends = CreateEnds(mtu);
        ends.Client.Start(ends.Now);
        ends.Server.Start(ends.Now);
        List<byte[]> all = [];
        for (int turn = 0; turn < 5; turn++)
        {
            all.AddRange(ends.Carry(ends.Client, ends.Server));
            all.AddRange(ends.Carry(ends.Server, ends.Client));
        }
        Assert.Equal(DtlsState.Connected, ends.Client.State);
        Assert.All(all, datagram => Assert.True(datagram.Length <= mtu, $"{datagram.Length} > {mtu}"));
    }

    [Fact]
    public void Session_WithACertificateForSimulation_IsRefused()
    {
        using var certificate = DtlsCertificate.CreateForSimulation(new SeededRandom(1));
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() =>
            new OpenSslDtlsSession(new DtlsOptions { Role = DtlsRole.Client, Certificate = certificate, PeerFingerprints = [certificate.Fingerprint] }));
    }

    [Fact]
    public void Certificate_Disposed_MakesNoNewSession()
    {
        DtlsCertificate certificate = CreateCertificate();
        var options = new DtlsOptions { Role = DtlsRole.Client, Certificate = certificate, PeerFingerprints = [certificate.Fingerprint] };
        Create(options).Dispose();
        certificate.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Create(options));
    }

    private Ends CreateEnds(int mtu)
    {
        DtlsCertificate client = CreateCertificate(), server = CreateCertificate();
        var options = new DtlsOptions
        {
            Role = DtlsRole.Client, Certificate = client, PeerFingerprints = [server.Fingerprint], Mtu = mtu, FirstRetransmission = TimeSpan.FromSeconds(1),
        };
        return new Ends
        {
            ClientCertificate = client,
            ServerCertificate = server,
            Client = Create(options),
            Server = Create(options with { Role = DtlsRole.Server, Certificate = server, PeerFingerprints = [client.Fingerprint] }),
        };
    }
}
