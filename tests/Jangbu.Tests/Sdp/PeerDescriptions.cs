namespace Jangbu.Tests.Sdp;

/// <summary>
/// Offers as other stacks write them. aiortc 1.4.0, libdatachannel (node-datachannel), werift and Chromium were run once and their text kept;
/// Chromium's candidates, and pion, wrtc and Firefox, follow the forms those write.
/// </summary>
internal static class PeerDescriptions
{
    public static readonly string Aiortc = Crlf("""
        v=0
        o=- 4004328287 4004328287 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=group:BUNDLE 0
        a=msid-semantic:WMS *
        m=application 47363 DTLS/SCTP 5000
        c=IN IP4 192.0.2.2
        a=mid:0
        a=sctpmap:5000 webrtc-datachannel 65535
        a=max-message-size:65536
        a=candidate:f957a2332b1715da3b0ef8ba684454eb 1 udp 2130706431 192.0.2.2 47363 typ host
        a=candidate:d0bcf3d9c29a2bc887618212a1623bfa 1 udp 2130706431 fd00::2 40907 typ host
        a=end-of-candidates
        a=ice-ufrag:tUSi
        a=ice-pwd:6GnpnIDVIZ2J4vERl8S4rN
        a=fingerprint:sha-256 56:C5:A5:27:97:64:E6:8B:9F:37:5B:EE:5D:FE:F8:D8:18:49:55:C0:81:D9:85:99:0C:3B:FD:23:45:2C:B6:26
        a=setup:actpass
        """);

    public static readonly string Libdatachannel = Crlf("""
        v=0
        o=rtc 2927785312 0 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        a=msid-semantic:WMS *
        a=ice-options:ice2,trickle
        a=fingerprint:sha-256 68:95:54:D8:E2:C3:81:ED:05:EB:27:6B:A4:64:D1:73:52:B4:30:90:E4:7D:6D:C6:D6:5C:FC:D3:30:FF:EA:AC
        m=application 37508 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 192.0.2.2
        a=mid:0
        a=sendrecv
        a=sctp-port:5000
        a=max-message-size:262144
        a=setup:actpass
        a=ice-ufrag:6MWw
        a=ice-pwd:FEjALcAIqlex4IR2C+Tugr
        a=candidate:2 1 UDP 2116026111 fd00::2 37508 typ host
        a=candidate:1 1 UDP 2114977791 192.0.2.2 37508 typ host
        a=end-of-candidates
        """);

    public static readonly string Werift = Crlf("""
        v=0
        o=- 47247695 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=group:BUNDLE 0
        a=extmap-allow-mixed
        a=msid-semantic:WMS *
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 0.0.0.0
        a=candidate:32b1715da3b0ef8ba684454eb 1 udp 2116026367 192.0.2.2 50796 typ host generation 0 ufrag 3730
        a=candidate:9c29a2bc887618212a1623bfa 1 udp 2116026367 fd00::2 53978 typ host generation 0 ufrag 3730
        a=end-of-candidates
        a=ice-ufrag:3730
        a=ice-pwd:bc9df92efeb8308c065452
        a=ice-options:trickle
        a=fingerprint:sha-256 1D:D8:A8:FA:46:A5:92:5F:05:F9:7B:28:4C:68:61:AD:C2:61:48:BF:3C:A5:B5:FC:28:5D:C2:0E:26:87:A8:B5
        a=setup:actpass
        a=mid:0
        a=sctp-port:5000
        a=max-message-size:65536
        """).TrimEnd();

    public static readonly string Chromium = Crlf("""
        v=0
        o=- 7140392422665622129 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        a=extmap-allow-mixed
        a=msid-semantic: WMS
        m=application 51234 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 203.0.113.5
        a=candidate:2514783632 1 udp 2113937151 5f3d1c54-2b0b-4a6e-9d30-0f0f6f6a4e21.local 51234 typ host generation 0 network-cost 999
        a=candidate:842163049 1 udp 1677729535 203.0.113.5 51234 typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999
        a=ice-ufrag:pcPj
        a=ice-pwd:UkjjLcBFSthfpJtGsATZgEVA
        a=ice-options:trickle
        a=fingerprint:sha-256 94:FE:CE:95:A2:8E:1D:1D:D7:C7:E5:15:75:77:A2:2D:E2:C0:53:DD:E5:38:E3:2A:76:C1:46:BF:81:BC:52:8B
        a=setup:actpass
        a=mid:0
        a=sctp-port:5000
        a=max-message-size:262144
        """);

    public static readonly string Pion = Crlf("""
        v=0
        o=- 1846362934463371342 1700000000 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=fingerprint:sha-256 0F:74:31:25:CB:A2:13:EC:28:6F:6D:2C:61:FF:5D:C2:BC:B9:DB:3D:98:14:8D:1A:BB:EA:33:0C:A4:60:A8:8E
        a=extmap-allow-mixed
        a=group:BUNDLE 0
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=mid:0
        a=sendrecv
        a=sctp-port:5000
        a=ice-ufrag:qBhVWvvnqNXyxYvC
        a=ice-pwd:hSVqVTzCPfiUzQOnLrcXyBjyMHIIwzTG
        a=candidate:233762139 1 udp 2130706431 192.0.2.2 49123 typ host
        a=candidate:233762139 2 udp 2130706431 192.0.2.2 49123 typ host
        a=candidate:1421243567 1 udp 2130706431 fd00::2 40001 typ host
        a=candidate:1421243567 2 udp 2130706431 fd00::2 40001 typ host
        a=end-of-candidates
        """);

    public static readonly string Wrtc = Crlf("""
        v=0
        o=- 3353534287912873421 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        a=msid-semantic: WMS
        m=application 58123 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 192.0.2.2
        b=AS:30
        a=candidate:1467250027 1 udp 2122260223 192.0.2.2 58123 typ host generation 0 network-id 1 network-cost 50
        a=candidate:435653019 1 tcp 1518280447 192.0.2.2 9 typ host tcptype active generation 0 network-id 1
        a=candidate:2157334355 1 udp 2122197247 127.0.0.1 40001 typ host generation 0 network-id 2
        a=candidate:2999745851 1 udp 2122131711 ::1 40002 typ host generation 0 network-id 3
        a=ice-ufrag:Q9kJ
        a=ice-pwd:7cVQm2MAqBpTXFQnTmqnFI3j
        a=ice-options:trickle
        a=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08
        a=setup:actpass
        a=mid:0
        a=sctp-port:5000
        a=max-message-size:262144
        """);

    public static readonly string Firefox = Crlf("""
        v=0
        o=mozilla...THIS_IS_SDPARTA-99.0 5487234897234987 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3A:4B:65:2E:7D:46:3F:54:42:CD:54:F1
        a=group:BUNDLE 0
        a=ice-options:trickle
        a=msid-semantic:WMS *
        m=application 49203 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 192.0.2.2
        a=candidate:0 1 UDP 2122252543 192.0.2.2 49203 typ host
        a=candidate:2 1 TCP 2105524479 192.0.2.2 9 typ host tcptype active
        a=sendrecv
        a=end-of-candidates
        a=ice-pwd:1b2a3c4d5e6f708192a3b4c5d6e7f809
        a=ice-ufrag:d1f2e3a4
        a=mid:0
        a=setup:actpass
        a=sctp-port:5000
        a=max-message-size:1073741823
        """);

    /// <summary>A browser's call that also has a data channel: transport lines only in the first section of the bundle, data in the third.</summary>
    public static readonly string CallWithData = Crlf("""
        v=0
        o=- 46117317 3 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE audio video data
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=candidate:1 1 udp 2122260223 192.0.2.2 58123 typ host
        a=candidate:1 2 udp 2122260222 192.0.2.2 58124 typ host
        a=ice-ufrag:Q9kJ
        a=ice-pwd:7cVQm2MAqBpTXFQnTmqnFI3j
        a=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08
        a=setup:actpass
        a=mid:audio
        a=rtpmap:111 opus/48000/2
        m=video 0 UDP/TLS/RTP/SAVPF 96
        c=IN IP4 0.0.0.0
        a=mid:video
        a=bundle-only
        m=application 0 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 0.0.0.0
        a=bundle-only
        a=mid:data
        a=sctp-port:5001
        """);

    public static TheoryData<string, string> All => new()
    {
        { nameof(Aiortc), Aiortc }, { nameof(Libdatachannel), Libdatachannel }, { nameof(Werift), Werift }, { nameof(Chromium), Chromium },
        { nameof(Pion), Pion }, { nameof(Wrtc), Wrtc }, { nameof(Firefox), Firefox },
    };

    private static string Crlf(string text) => text.ReplaceLineEndings("\r\n") + "\r\n";
}
