using System.Text.Json;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sdp;

namespace Jangbu.Tests.Sdp;

public sealed class SessionDescriptionTests
{
    private const string Sha256 = "56:C5:A5:27:97:64:E6:8B:9F:37:5B:EE:5D:FE:F8:D8:18:49:55:C0:81:D9:85:99:0C:3B:FD:23:45:2C:B6:26";

    private const string Minimal = "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 " + Sha256 + "\r\n";

    [Fact]
    public void RendezvousVectors_ReadAndWritten_AreTheSameText()
    {
        int count = 0;
        foreach (JsonElement value in VectorFile.Json("jangbu/rendezvous.json").GetProperty("values").EnumerateArray())
        {
            if (!value.TryGetProperty("sdp", out JsonElement sdp))
                continue;
            count++;
            Assert.True(SessionDescription.TryParse(sdp.GetString(), out SessionDescription? description));
            Assert.Equal(sdp.GetString(), description!.ToString());
            Assert.Equal(262_144, description.LargestMessage);
            Assert.True(description.EndOfCandidates);
            JsonElement[] candidates = value.GetProperty("candidates").EnumerateArray().ToArray();
            Assert.Equal(candidates.Length, description.Candidates.Count);
            Assert.Equal(candidates[0].GetProperty("port").GetInt32(), description.Candidates[0].EndPoint.Port);
            Assert.Equal(CandidateType.Relayed, description.Candidates[2].Type);
        }

        Assert.Equal(3, count);
    }

    [Fact]
    public void Minimal_IsRead()
    {
        SessionDescription read = Read(Minimal);
        Assert.Null(read.Mid);
        Assert.Equal(SetupRole.None, read.Setup);
        Assert.Equal(5000, read.SctpPort);
        Assert.Empty(read.Candidates);
        Assert.False(read.IceLite);
    }

    [Theory]
    [InlineData("", SdpError.NotSdp)]
    [InlineData("hello", SdpError.NotSdp)]
    [InlineData("v=1\r\n", SdpError.NotSdp)]
    [InlineData("v=0\r\n", SdpError.NoDataSection)]
    [InlineData("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", SdpError.NoDataSection)]
    [InlineData("v=0\r\nm=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n", SdpError.Rejected)]
    [InlineData("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\n", SdpError.NoCredentials)]
    [InlineData("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abc\r\na=ice-pwd:0123456789012345678901\r\n", SdpError.NoCredentials)]
    [InlineData("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\na=ice-pwd:012345678901234567890\r\n", SdpError.NoCredentials)]
    [InlineData("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n", SdpError.NoFingerprint)]
    [InlineData("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\r\n", SdpError.NoFingerprint)]
    public void Unusable_IsRefusedWithItsReason(string text, SdpError expected)
    {
        Assert.False(SessionDescription.TryParse(text, out SessionDescription? description, out SdpError error));
        Assert.Null(description);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("", 65_536)]
    [InlineData("a=max-message-size:0\r\n", long.MaxValue)]
    [InlineData("a=max-message-size:1\r\n", 1)]
    [InlineData("a=max-message-size:99999999999999999999999\r\n", long.MaxValue)]
    [InlineData("a=max-message-size:-5\r\n", 65_536)]
    [InlineData("a=max-message-size:many\r\n", 65_536)]
    [InlineData("a=max-message-size:\r\n", 65_536)]
    public void MaxMessageSize_AbsentZeroAndOdd_AreReadAsTheStandardSays(string line, long largest) => Assert.Equal(largest, Read(Minimal + line).LargestMessage);

    [Theory]
    [InlineData("a=candidate:")]
    [InlineData("a=candidate:1 1 udp")]
    [InlineData("a=candidate:1 1 udp x 192.0.2.1 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 192.0.2.1 99999 typ host")]
    [InlineData("a=candidate:1 1 udp 1 192.0.2.1 0 typ host")]
    [InlineData("a=candidate:1 1 udp 1 192.0.2 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 0300.0.2.1 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 fe80::1%eth0 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 [2001:db8::1] 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 ::ffff:192.0.2.1 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 name.example 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 abc.local 5000 typ host")]
    [InlineData("a=candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active")]
    [InlineData("a=candidate:1 2 udp 1 192.0.2.1 5000 typ host")]
    [InlineData("a=candidate:1 1 udp 1 192.0.2.1 5000 typ moon")]
    [InlineData("a=candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 5000 typ host")]
    [InlineData("a=nonsense")]
    [InlineData("a=")]
    [InlineData("a=:")]
    [InlineData("x")]
    [InlineData("=")]
    [InlineData("a=fingerprint:sha-256 00")]
    [InlineData("a=fingerprint:")]
    [InlineData("a=setup:sideways")]
    [InlineData("a=mid:")]
    [InlineData("a=sctp-port:99999")]
    [InlineData("a=sctp-port:x")]
    [InlineData("a=sctpmap:x y z")]
    public void BadLine_NeverFailsTheDescription(string line)
    {
        SessionDescription read = Read(Minimal + line + "\r\na=candidate:7 1 udp 2130706431 192.0.2.7 5000 typ host\r\n");
        Assert.Equal("192.0.2.7:5000", Assert.Single(read.Candidates).EndPoint.ToString());
        Assert.Equal(line.StartsWith("a=candidate", StringComparison.Ordinal) ? 1 : 0, read.CandidatesLeftOut);
    }

    [Fact]
    public void Candidates_AtTheLimitAndOnePast()
    {
        string Lines(int count) => string.Concat(Enumerable.Range(1, count).Select(index => $"a=candidate:{index} 1 udp {index} 192.0.2.1 {index} typ host\r\n"));
        Assert.Equal(32, Read(Minimal + Lines(32)).Candidates.Count);
        SessionDescription over = Read(Minimal + Lines(33));
        Assert.Equal(32, over.Candidates.Count);
        Assert.Equal(1, over.CandidatesLeftOut);
    }

    [Fact]
    public void Text_AtTheLimitAndOnePast()
    {
        string padded = Minimal + new string('x', SessionDescription.MaxLength - Minimal.Length);
        Assert.True(SessionDescription.TryParse(padded, out _, out _));
        Assert.False(SessionDescription.TryParse(padded + "x", out _, out SdpError error));
        Assert.Equal(SdpError.TooLong, error);
    }

    [Fact]
    public void Sections_AtTheLimitAreReadAndFurtherOnesAreNot()
    {
        string audio = string.Concat(Enumerable.Repeat("m=audio 9 RTP/AVP 0\r\n", SessionDescription.MaxSections - 1));
        string data = Minimal["v=0\r\n".Length..];
        Assert.Equal(31, Read("v=0\r\n" + audio + data).SectionIndex);
        Assert.False(SessionDescription.TryParse("v=0\r\n" + audio + "m=audio 9 RTP/AVP 0\r\n" + data, out _, out SdpError error));
        Assert.Equal(SdpError.NoDataSection, error);
    }

    [Theory]
    [InlineData("sha-256")]
    [InlineData("SHA-256")]
    [InlineData("Sha-256")]
    public void Fingerprint_HashNameInAnyCase_IsRead(string name) =>
        Assert.Equal("sha-256", Read(Minimal.Replace("sha-256", name, StringComparison.Ordinal)).Fingerprints[0].Algorithm);

    [Fact]
    public void Fingerprints_Several_OnlyTheStrongestHashDecides()
    {
        string sha384 = string.Join(':', Enumerable.Repeat("38", 48)), sha512 = string.Join(':', Enumerable.Repeat("51", 64));
        SessionDescription read = Read(Minimal + $"a=fingerprint:SHA-512 {sha512}\r\na=fingerprint:sha-384 {sha384}\r\na=fingerprint:sha-512 {sha512.Replace("51", "52", StringComparison.Ordinal)}\r\na=fingerprint:md5 00:11\r\n");
        Assert.Equal(["sha-512", "sha-512"], read.Fingerprints.Select(fingerprint => fingerprint.Algorithm));
    }

    [Fact]
    public void SessionLevelLines_HoldWhereTheSectionSaysNothing_AndAreOverruled()
    {
        string text = "v=0\r\na=ice-ufrag:sessionufrag\r\na=ice-pwd:sessionsessionsession99\r\na=setup:passive\r\na=ice-lite\r\na=fingerprint:sha-256 " + Sha256
            + "\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
        SessionDescription session = Read(text);
        Assert.Equal("sessionufrag", session.Credentials.UsernameFragment);
        Assert.Equal(SetupRole.Passive, session.Setup);
        Assert.True(session.IceLite);
        SessionDescription section = Read(text + "a=ice-ufrag:mine\r\na=ice-pwd:mineminemineminemine99\r\na=setup:active\r\n");
        Assert.Equal("mine", section.Credentials.UsernameFragment);
        Assert.Equal(SetupRole.Active, section.Setup);
    }

    [Fact]
    public void Formats_ThatCannotBeEchoed_DoNotReachTheAnswer()
    {
        SessionDescription offer = Read("v=0\r\nm=audio\u0001 9 RTP/AVP\u0007 0\u001b\r\nm=video\r\n" + Minimal["v=0\r\n".Length..]);
        string answer = PeerDescriptionTests.Own().AsAnswerTo(offer).ToString();
        Assert.DoesNotContain(answer, character => character < ' ' && character is not ('\r' or '\n'));
        Assert.Equal(3, answer.Split("m=").Length - 1);
        Assert.DoesNotContain("m= ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondDescription_RaisesItsVersionOnly()
    {
        SessionDescription first = PeerDescriptionTests.Own() with { SessionId = 77 };
        SessionDescription second = Read((first with { SessionVersion = first.SessionVersion + 1 }).ToString());
        Assert.Equal(77UL, second.SessionId);
        Assert.Equal(2UL, second.SessionVersion);
    }

    private static SessionDescription Read(string text)
    {
        Assert.True(SessionDescription.TryParse(text, out SessionDescription? description, out SdpError error), error.ToString());
        return description!;
    }
}
