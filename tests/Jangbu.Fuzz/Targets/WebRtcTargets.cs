using System.Text;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sdp;
using Jangbu.WebRtc.Stun;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Fuzz.Targets;

/// <summary>What a peer or a server sends before anything is encrypted, and what stands in a description.</summary>
public static class WebRtcTargets
{
    private static readonly IReadOnlyList<byte[]> SdpWords = FuzzTarget.Words(
        "\r\n", "\n", "a=candidate:", "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:sha-256 ", "a=setup:", "actpass", "active", "passive", "a=mid:", "a=group:BUNDLE ",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=application 9 DTLS/SCTP 5000", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=sctp-port:", "a=sctpmap:5000 webrtc-datachannel 65535",
        "a=max-message-size:", "a=end-of-candidates", "a=ice-lite", " typ host", " typ srflx raddr 0.0.0.0 rport 0", "4294967296", "-1", "::1", "fe80::1%eth0", "x.local");

    public static IEnumerable<FuzzTarget> All =>
    [
        new("stun", static input => StunMessage.TryRead(input, out _))
        {
            Seeds = [.. VectorSeeds.Json("stun/rfc5769.json").EnumerateObject().Select(vector => Convert.FromHexString(vector.Value.GetProperty("hex").GetString()!))],
            Dictionary = [[0x21, 0x12, 0xa4, 0x42], [0x00, 0x08, 0x00, 0x14], [0x80, 0x28, 0x00, 0x04], [0x00, 0x20], [0x00, 0x01]],
        },

        new("sdp", static input =>
        {
            if (!SessionDescription.TryParse(Encoding.UTF8.GetString(input), out SessionDescription? description) || description is null)
                return false;
            // With other sections a description may lean on them (BUNDLE), and a rejected one says no more what it said.
            PromiseBrokenException.Unless(
                description.OtherSections.Count > 0 || SessionDescription.TryParse(description.ToString(), out SessionDescription? again) && again!.ToString() == description.ToString(), "what was read is not read back");
            return true;
        })
        {
            Seeds = VectorSeeds.Texts(VectorSeeds.Json("jangbu/rendezvous.json").GetProperty("values"), "sdp", 2), Dictionary = SdpWords, Largest = 16 * 1024, Allowance = 65536,
        },

        new("candidate", static input => CandidateLine.TryRead(Encoding.UTF8.GetString(input), out _, out _))
        {
            Seeds = FuzzTarget.Words("candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host", "candidate:2 1 udp 2130706430 2001:db8::1 40000 typ srflx raddr :: rport 0"),
            Dictionary = SdpWords, Largest = 512, Allowance = 8192,
        },

        new("fingerprint", static input => DtlsFingerprint.TryParse(Encoding.Latin1.GetString(input), out _))
        {
            Seeds = FuzzTarget.Words("sha-256 " + string.Join(':', Enumerable.Repeat("AB", 32))), Dictionary = FuzzTarget.Words("sha-256 ", "SHA-512 ", ":", "ab"), Largest = 512,
        },

        new("dcep-open", static input => DcepOpen.TryRead(input, out _))
        { Seeds = [Convert.FromHexString("030000000000000000060008" + "6a616e676275" + "6a616e6762752f31")], Largest = 300 },

        new("turn-channel-data", static input => ChannelData.TryRead(input, out _, out _)) { Seeds = [[0x40, 0, 0, 4, 1, 2, 3, 4]] },
    ];
}
