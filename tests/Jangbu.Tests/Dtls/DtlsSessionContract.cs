using Jangbu.WebRtc.Dtls;

namespace Jangbu.Tests.Dtls;

/// <summary>What every <see cref="IDtlsSession"/> promises; each implementation runs all of it.</summary>
public abstract class DtlsSessionContract
{
    /// <summary>The shortest timer there is: OpenSSL counts it by the wall clock, whatever time it is told.</summary>
    private static readonly TimeSpan Soon = DtlsOptions.MinFirstRetransmission;

    /// <summary>Makes a session of the implementation under test.</summary>
    protected abstract IDtlsSession Create(DtlsOptions options);

    /// <summary>Makes a certificate that implementation takes.</summary>
    protected abstract DtlsCertificate CreateCertificate();

    [Fact]
    public void Handshake_BothExpectEachOther_ConnectsAndKnowsThePeer()
    {
        using Ends ends = CreateEnds();
        ends.Connect();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (ends.Client.State, ends.Server.State));
        Assert.Equal(ends.ServerCertificate.Fingerprint, ends.Client.PeerFingerprint);
        Assert.Equal(ends.ClientCertificate.Fingerprint, ends.Server.PeerFingerprint);
        Assert.Equal((null, null), (ends.Client.Deadline, ends.Server.Deadline));
        Assert.Equal((DtlsFailure.None, DtlsFailure.None), (ends.Client.Failure, ends.Server.Failure));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_163)]
    [InlineData(16_384)]
    public void Data_OfAnyLength_ArrivesAsItWasSent(int length)
    {
        using Ends ends = CreateEnds();
        ends.Connect();
        byte[] data = Enumerable.Range(0, length).Select(i => (byte)(i * 7 % 251)).ToArray();
        Assert.Equal(data, ends.Exchange(ends.Client, ends.Server, data));
        Assert.Equal(data, ends.Exchange(ends.Server, ends.Client, data));
    }

    [Fact]
    public void Records_SeveralInOneDatagram_AreAllRead()
    {
        using Ends ends = CreateEnds();
        ends.Connect();
        byte[] datagram = [.. ends.Protect(ends.Client, [1]), .. ends.Protect(ends.Client, [2, 2]), .. ends.Protect(ends.Client, [3, 3, 3])];
        ends.Server.Receive(ends.Now, datagram);
        Assert.Equal([[1], [2, 2], [3, 3, 3]], Ends.ReadAll(ends.Server));
    }

    [Fact]
    public void Data_BeforeTheHandshake_IsNotSent()
    {
        using Ends ends = CreateEnds();
        Assert.False(ends.Client.TryProtect([1, 2, 3], new byte[100], out _));
        Assert.False(ends.Client.TryRead(out _));
        Assert.False(ends.Client.TryExport("EXTRACTOR-dtls_srtp", new byte[60]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Handshake_PeerShowsAnotherCertificate_FailsBeforeAnyDataGoesUp(bool clientIsDeceived)
    {
        using DtlsCertificate stranger = CreateCertificate();
        using Ends ends = clientIsDeceived ? CreateEnds(expectOfServer: stranger.Fingerprint) : CreateEnds(expectOfClient: stranger.Fingerprint);
        ends.Connect();
        IDtlsSession deceived = clientIsDeceived ? ends.Client : ends.Server, other = clientIsDeceived ? ends.Server : ends.Client;
        Assert.Equal((DtlsState.Failed, DtlsFailure.FingerprintMismatch), (deceived.State, deceived.Failure));
        Assert.Equal((DtlsState.Failed, DtlsFailure.FatalAlert), (other.State, other.Failure));
        Assert.False(deceived.TryRead(out _));
        Assert.False(deceived.TryProtect([1], new byte[100], out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Handshake_OneDatagramIsLost_IsRepairedByRetransmission(int lost)
    {
        using Ends ends = CreateEnds(Soon);
        ends.Connect(drop: number => number == lost);
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (ends.Client.State, ends.Server.State));
        Assert.Equal([9], ends.Exchange(ends.Client, ends.Server, [9]));
    }

    [Fact]
    public void Handshake_EveryDatagramTwice_Connects()
    {
        using Ends ends = CreateEnds();
        ends.Connect(twice: true);
        Assert.Equal([9], ends.Exchange(ends.Server, ends.Client, [9]));
    }

    [Fact]
    public void Receive_JunkReplayAndChangedBytes_AreDroppedAndTheNextIsRead()
    {
        using Ends ends = CreateEnds();
        ends.Connect();
        byte[] first = ends.Protect(ends.Client, [1, 2, 3]), second = ends.Protect(ends.Client, [4]), changed = ends.Protect(ends.Client, [5]);
        changed[^1] ^= 1;
        long dropped = ends.Server.DatagramsDropped;
        ends.Server.Receive(ends.Now, first);
        Assert.Equal([[1, 2, 3]], Ends.ReadAll(ends.Server));
        foreach (byte[] bad in new[] { first, changed, [22, 254, 253, 0, 0, 0, 0], [], second[..^3] })
        {
            ends.Server.Receive(ends.Now, bad);
            Assert.Empty(Ends.ReadAll(ends.Server));
        }
        Assert.Equal(dropped + 5, ends.Server.DatagramsDropped);
        ends.Server.Receive(ends.Now, second);
        Assert.Equal([[4]], Ends.ReadAll(ends.Server));
        Assert.Equal(DtlsState.Connected, ends.Server.State);
    }

    [Fact]
    public void Receive_JunkBeforeTheHandshake_ChangesNothing()
    {
        using Ends ends = CreateEnds();
        ends.Server.Start(ends.Now);
        for (int length = 0; length < 120; length += 3)
        {
            ends.Server.Receive(ends.Now, Enumerable.Range(0, length).Select(i => (byte)(i == 0 ? 22 : i * 31 % 256)).ToArray());
        }
        Assert.Equal(DtlsState.Handshaking, ends.Server.State);
        ends.Connect();
        Assert.Equal(DtlsState.Connected, ends.Server.State);
    }

    [Fact]
    public void Close_SaysSoToThePeer()
    {
        using Ends ends = CreateEnds();
        ends.Connect();
        ends.Client.Close(ends.Now);
        Assert.Equal(DtlsState.Closed, ends.Client.State);
        Assert.False(ends.Client.TryProtect([1], new byte[100], out _));
        ends.Carry(ends.Client, ends.Server);
        Assert.Equal(DtlsState.Closed, ends.Server.State);
        ends.Client.Close(ends.Now);
        Assert.Empty(ends.Carry(ends.Client, ends.Server));
    }

    [Fact]
    public void Export_OnBothSides_IsTheSame()
    {
        using Ends ends = CreateEnds(srtp: [SrtpProtectionProfile.AeadAes128Gcm, SrtpProtectionProfile.Aes128CmHmacSha1Tag80]);
        ends.Connect();
        byte[] mine = new byte[56], theirs = new byte[56];
        Assert.True(ends.Client.TryExport("EXTRACTOR-dtls_srtp", mine));
        Assert.True(ends.Server.TryExport("EXTRACTOR-dtls_srtp", theirs));
        Assert.Equal(mine, theirs);
        Assert.NotEqual(new byte[56], mine);
        Assert.Equal(SrtpProtectionProfile.AeadAes128Gcm, ends.Client.SrtpProfile);
        Assert.Equal(SrtpProtectionProfile.AeadAes128Gcm, ends.Server.SrtpProfile);
    }

    [Fact]
    public void Deadline_WhileThePeerIsSilent_IsTheFirstRetransmissionAndThenLater()
    {
        using Ends ends = CreateEnds(TimeSpan.FromMilliseconds(80));
        ends.Client.Start(ends.Now);
        Assert.InRange(ends.Client.Deadline!.Value - ends.Now, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(80));
        ends.Server.Start(ends.Now);
        Assert.Null(ends.Server.Deadline);
        Assert.Single(ends.Carry(ends.Client, null));
        ends.Client.Advance(ends.Now);
        Assert.Empty(ends.Carry(ends.Client, null));
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByName()
    {
        using DtlsCertificate certificate = CreateCertificate();
        var good = new DtlsOptions { Role = DtlsRole.Client, Certificate = certificate, PeerFingerprints = [certificate.Fingerprint] };
        Assert.Contains("Mtu", Assert.Throws<ArgumentException>(() => Create(good with { Mtu = 255 })).Message, StringComparison.Ordinal);
        Assert.Contains("PeerFingerprints", Assert.Throws<ArgumentException>(() => Create(good with { PeerFingerprints = [] })).Message, StringComparison.Ordinal);
        Assert.Contains("FirstRetransmission", Assert.Throws<ArgumentException>(() => Create(good with { FirstRetransmission = TimeSpan.Zero })).Message, StringComparison.Ordinal);
    }

    private Ends CreateEnds(
        TimeSpan? first = null, DtlsFingerprint? expectOfServer = null, DtlsFingerprint? expectOfClient = null, SrtpProtectionProfile[]? srtp = null)
    {
        DtlsCertificate client = CreateCertificate(), server = CreateCertificate();
        var options = new DtlsOptions
        {
            Role = DtlsRole.Client,
            Certificate = client,
            PeerFingerprints = [expectOfServer ?? server.Fingerprint],
            FirstRetransmission = first ?? TimeSpan.FromSeconds(1),
            SrtpProfiles = srtp ?? [],
        };
        return new Ends
        {
            ClientCertificate = client,
            ServerCertificate = server,
            Client = Create(options),
            Server = Create(options with { Role = DtlsRole.Server, Certificate = server, PeerFingerprints = [expectOfClient ?? client.Fingerprint] }),
        };
    }
}
