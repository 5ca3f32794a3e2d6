using FsCheck;
using FsCheck.Fluent;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sdp;

namespace Jangbu.Tests.Sdp;

/// <summary>Broken text: read or refused, never thrown at, and what was read can be written and read again.</summary>
public sealed class SdpFuzzTests
{
    [Theory]
    [MemberData(nameof(PeerDescriptions.All), MemberType = typeof(PeerDescriptions))]
    public void Description_EveryTruncation_IsReadOrRefused(string peer, string text)
    {
        for (int length = 0; length < text.Length; length++)
            ReadAndWriteAgain(text[..length], peer);
    }

    [Theory]
    [MemberData(nameof(PeerDescriptions.All), MemberType = typeof(PeerDescriptions))]
    public void Description_AnyCharacterChanged_IsReadOrRefused(string peer, string text)
    {
        var random = new Random(peer.Length);
        for (int round = 0; round < 2000; round++)
        {
            char[] changed = text.ToCharArray();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                changed[random.Next(changed.Length)] = (char)random.Next(round % 2 == 0 ? 128 : 0x10000);
            ReadAndWriteAgain(new string(changed), peer);
        }
    }

    [Theory]
    [MemberData(nameof(PeerDescriptions.All), MemberType = typeof(PeerDescriptions))]
    public void Description_LinesMixedAndRepeated_IsReadOrRefused(string peer, string text)
    {
        var random = new Random(peer.Length);
        string[] lines = text.Split("\r\n");
        for (int round = 0; round < 500; round++)
            ReadAndWriteAgain(string.Join("\r\n", lines.Take(1).Concat(Enumerable.Range(0, lines.Length * 2).Select(_ => lines[random.Next(lines.Length)]))), peer);
    }

    [Fact]
    public void CandidateLine_AnyText_IsReadOrRefused() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        CandidateLine.TryRead(text, out _, out _);
        if (CandidateLine.TryRead($"candidate:1 1 udp 5 192.0.2.1 5000 typ host {text}", out Candidate? candidate, out _))
            Assert.Equal("192.0.2.1:5000", candidate!.EndPoint.ToString());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void CandidateLine_ReadAndWritten_IsTheSame() => Prop.ForAll(ArbMap.Default.ArbFor<(byte, uint, ushort, byte[])>(), made =>
    {
        byte[] address = new byte[made.Item4.Length % 2 == 0 ? 4 : 16];
        made.Item4.AsSpan(0, Math.Min(address.Length, made.Item4.Length)).CopyTo(address);
        var candidate = new Candidate
        {
            Foundation = $"{made.Item1}",
            Priority = Math.Max(1, made.Item2),
            EndPoint = new System.Net.IPEndPoint(new System.Net.IPAddress(address), Math.Max((ushort)1, made.Item3)),
            Type = (CandidateType)(made.Item1 % 4),
        };
        Assert.True(candidate.EndPoint.Address.IsIPv4MappedToIPv6 || CandidateLine.TryRead(CandidateLine.Write(candidate), out Candidate? read, out _) && read == candidate);
    }).QuickCheckThrowOnFailure();

    private static void ReadAndWriteAgain(string text, string peer)
    {
        if (!SessionDescription.TryParse(text, out SessionDescription? description))
            return;
        string written = description!.ToString();
        Assert.True(SessionDescription.TryParse(written, out SessionDescription? again, out SdpError error), $"{peer}: {error}\n{text}\n--\n{written}");
        Assert.Equal(written, again!.ToString());
        Assert.True(SessionDescription.TryParse(PeerDescriptionTests.Own().AsAnswerTo(description).ToString(), out _, out error), $"{peer}: {error}");
    }
}
