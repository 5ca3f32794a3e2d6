using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sdp;

namespace Jangbu.Tests.Sdp;

/// <summary>What the peers write is read, and answered in its own form.</summary>
public sealed class PeerDescriptionTests
{
    [Theory]
    [MemberData(nameof(PeerDescriptions.All), MemberType = typeof(PeerDescriptions))]
    public void Offer_OfEachPeer_IsReadAndAnsweredInKind(string peer, string text)
    {
        Assert.True(SessionDescription.TryParse(text, out SessionDescription? offer, out SdpError error), $"{peer}: {error}");
        Assert.Equal(SetupRole.ActPass, offer!.Setup);
        Assert.Equal("0", offer.Mid);
        Assert.True(offer.IsBundled);
        Assert.Equal(5000, offer.SctpPort);
        Assert.Equal("sha-256", Assert.Single(offer.Fingerprints).Algorithm);
        Assert.True(offer.Credentials.IsValid);
        Assert.NotEmpty(offer.Candidates);

        SessionDescription answer = Own().AsAnswerTo(offer);
        string written = answer.ToString();
        Assert.Equal(peer == nameof(PeerDescriptions.Aiortc), written.Contains("m=application 9 DTLS/SCTP 5000\r\n", StringComparison.Ordinal));
        Assert.Equal(peer == nameof(PeerDescriptions.Aiortc), written.Contains("a=sctpmap:5000 webrtc-datachannel 65535\r\n", StringComparison.Ordinal));
        Assert.Contains("a=setup:active\r\n", written, StringComparison.Ordinal);
        Assert.True(SessionDescription.TryParse(written, out SessionDescription? again));
        Assert.Equal(written, again!.ToString());
    }

    [Theory]
    [MemberData(nameof(PeerDescriptions.All), MemberType = typeof(PeerDescriptions))]
    public void Offer_WithBareLineFeeds_IsReadAlike(string peer, string text)
    {
        Assert.True(SessionDescription.TryParse(text, out SessionDescription? first), peer);
        Assert.True(SessionDescription.TryParse(text.Replace("\r\n", "\n", StringComparison.Ordinal), out SessionDescription? second), peer);
        Assert.Equal(first!.ToString(), second!.ToString());
    }

    [Theory]
    [InlineData(nameof(PeerDescriptions.Aiortc), 65_536, 2, 0)]
    [InlineData(nameof(PeerDescriptions.Libdatachannel), 262_144, 2, 0)]
    [InlineData(nameof(PeerDescriptions.Werift), 65_536, 2, 0)]
    [InlineData(nameof(PeerDescriptions.Chromium), 262_144, 1, 1)]
    [InlineData(nameof(PeerDescriptions.Pion), 65_536, 2, 2)]
    [InlineData(nameof(PeerDescriptions.Wrtc), 262_144, 3, 1)]
    [InlineData(nameof(PeerDescriptions.Firefox), 1_073_741_823, 1, 1)]
    public void Offer_OfEachPeer_GivesItsLimitAndUsableCandidates(string peer, long largest, int candidates, int leftOut)
    {
        string text = (string)typeof(PeerDescriptions).GetField(peer)!.GetValue(null)!;
        Assert.True(SessionDescription.TryParse(text, out SessionDescription? offer));
        Assert.Equal(largest, offer!.LargestMessage);
        Assert.Equal(candidates, offer.Candidates.Count);
        Assert.Equal(leftOut, offer.CandidatesLeftOut);
    }

    [Fact]
    public void BundledSection_TakesTransportFromTheFirstSection_AndOthersAreRejectedInPlace()
    {
        string text = PeerDescriptions.CallWithData.Replace("m=application 0", "m=application 9", StringComparison.Ordinal);
        Assert.True(SessionDescription.TryParse(text, out SessionDescription? offer));
        Assert.Equal("Q9kJ", offer!.Credentials.UsernameFragment);
        Assert.Equal(5001, offer.SctpPort);
        Assert.Single(offer.Candidates);
        string answer = Own().AsAnswerTo(offer).ToString();
        int audio = answer.IndexOf("m=audio 0 UDP/TLS/RTP/SAVPF 111 63 9\r\n", StringComparison.Ordinal);
        int video = answer.IndexOf("m=video 0 UDP/TLS/RTP/SAVPF 96\r\n", StringComparison.Ordinal);
        int data = answer.IndexOf("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", StringComparison.Ordinal);
        Assert.True(audio > 0 && video > audio && data > video);
        Assert.Contains("a=group:BUNDLE data\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("a=mid:video\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void BundleOnlySection_WithPortZero_IsNoRefusal()
    {
        // RFC 9143 §6: in an offer, port 0 with a=bundle-only means "only inside the bundle".
        Assert.True(SessionDescription.TryParse(PeerDescriptions.CallWithData, out SessionDescription? offer, out SdpError error), error.ToString());
        Assert.Equal("data", offer!.Mid);
    }

    [Fact]
    public void Answer_ToAnOfferWithoutMidAndBundle_WritesNone()
    {
        string text = PeerDescriptions.Libdatachannel.Replace("a=mid:0\r\n", "", StringComparison.Ordinal).Replace("a=group:BUNDLE 0\r\n", "", StringComparison.Ordinal);
        Assert.True(SessionDescription.TryParse(text, out SessionDescription? offer));
        string answer = Own().AsAnswerTo(offer!).ToString();
        Assert.DoesNotContain("a=mid", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("BUNDLE", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void ProbeOfBrowser_HasItsMdnsNameIgnored()
    {
        Assert.True(SessionDescription.TryParse(PeerDescriptions.Chromium, out SessionDescription? offer));
        Candidate only = Assert.Single(offer!.Candidates);
        Assert.Equal(CandidateType.ServerReflexive, only.Type);
    }

    internal static SessionDescription Own() => new()
    {
        Credentials = new IceCredentials("ownufrag", "own-password-of-24-chars"),
        Fingerprints = [DtlsFingerprint.FromSha256(new byte[32])],
        Setup = SetupRole.ActPass,
        MaxMessageSize = 262_144,
        EndOfCandidates = true,
    };
}
