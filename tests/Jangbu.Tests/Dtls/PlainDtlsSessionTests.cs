using Jangbu.WebRtc.Dtls;

namespace Jangbu.Tests.Dtls;

/// <summary>The contract over the session without cryptography, and what only it has: determinism.</summary>
public sealed class PlainDtlsSessionTests : DtlsSessionContract
{
    private static readonly SeededRandom Random = new(42);

    protected override IDtlsSession Create(DtlsOptions options) => new PlainDtlsSession(options);

    protected override DtlsCertificate CreateCertificate() => DtlsCertificate.CreateForSimulation(Random);

    [Fact]
    public void Session_WithARealCertificate_IsRefused()
    {
        using DtlsCertificate certificate = DtlsCertificate.Create(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() =>
            new PlainDtlsSession(new DtlsOptions { Role = DtlsRole.Client, Certificate = certificate, PeerFingerprints = [certificate.Fingerprint] }));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(400)]
    [InlineData(1_000)]
    public void Silence_ForAllRetransmissions_FailsLaterThanIceWould(int first)
    {
        using DtlsCertificate certificate = CreateCertificate();
        using IDtlsSession session = Create(new DtlsOptions
        {
            Role = DtlsRole.Client,
            Certificate = certificate,
            PeerFingerprints = [certificate.Fingerprint],
            FirstRetransmission = TimeSpan.FromMilliseconds(first),
        });
        session.Start(TimeSpan.Zero);
        TimeSpan now = TimeSpan.Zero;
        int sent = 0;
        while (session.Deadline is { } deadline)
        {
            while (session.TryTransmit(new byte[1_200], out _))
                sent++;
            now = deadline;
            session.Advance(now);
        }
        Assert.Equal((DtlsState.Failed, DtlsFailure.TimedOut), (session.State, session.Failure));
        Assert.Equal(13, sent);
        Assert.True(now > TimeSpan.FromSeconds(30), $"{now}");
    }
}
