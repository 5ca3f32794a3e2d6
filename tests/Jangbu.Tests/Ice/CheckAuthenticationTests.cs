using System.Net;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Ice;

/// <summary>What is answered and what changes nothing (RFC 8489 §9.1, RFC 8445 §7.2.5, §7.3).</summary>
public sealed class CheckAuthenticationTests
{
    [Fact]
    public void Check_RightlySigned_IsAnsweredWithTheAddressSeenAndCheckedBackAtOnce()
    {
        var peer = new RawPeer();
        byte[] check = peer.Check();
        Assert.False(peer.Give(check));
        List<(IPEndPoint To, byte[] Bytes)> sent = peer.Sent();
        Assert.Equal(2, sent.Count);
        Assert.True(StunMessage.TryRead(sent[0].Bytes, out StunMessage answer));
        Assert.Equal(StunClass.Success, answer.Class);
        Assert.True(answer.VerifyIntegrity(System.Text.Encoding.UTF8.GetBytes(peer.Agent.LocalCredentials.Password)));
        Assert.True(answer.HasFingerprint);
        Assert.True(answer.TryGetMappedAddress(out IPEndPoint? mapped));
        Assert.Equal(RawPeer.Remote, mapped);
        Assert.Equal(StunClass.Request, RawPeer.ClassOf(sent[1].Bytes));
        Assert.Equal(RawPeer.Remote, sent[1].To);
    }

    [Fact]
    public void Check_SignedWithSha256_IsTaken()
    {
        var peer = new RawPeer();
        peer.Give(peer.Check(sha256: true));
        Assert.Equal(StunClass.Success, RawPeer.ClassOf(peer.Sent()[0].Bytes));
    }

    [Theory]
    [InlineData("unsigned", 400)]
    [InlineData("wrong password", 401)]
    [InlineData("wrong fragment", 401)]
    [InlineData("no colon", 401)]
    public void Check_NotAuthentic_IsRefusedWithoutChangingAnything(string fault, int expected)
    {
        var peer = new RawPeer();
        peer.Give(fault switch
        {
            "unsigned" => peer.Check(signed: false),
            "wrong password" => peer.Check(password: "another-password-of-24-ch"),
            "wrong fragment" => peer.Check(username: $"nobody:{RawPeer.Credentials.UsernameFragment}"),
            _ => peer.Check(username: "nocolon"),
        });
        (IPEndPoint To, byte[] Bytes) only = Assert.Single(peer.Sent());
        Assert.Equal(expected, RawPeer.ErrorOf(only.Bytes));
        Assert.Equal(0, peer.Agent.Stats.ChecksAnswered);
        Assert.False(peer.Give([20, 1, 2, 3]), "a datagram of another protocol from an address that proved nothing");
        Assert.Equal(IceState.Checking, peer.Agent.State);
    }

    [Fact]
    public void Refusal_OfAStranger_IsNeverLongerThanWhatHeSent()
    {
        var peer = new RawPeer();
        byte[] buffer = new byte[128];
        for (int length = 0; length < 60; length += 4)
        {
            var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, new StunTransactionId(1, (ulong)length));
            if (length > 0)
                writer.Add(StunAttribute.Software, new string('x', length));
            byte[] request = writer.Message.ToArray();
            peer.Give(request);
            Assert.All(peer.Sent(), sent => Assert.True(sent.Bytes.Length <= request.Length));
        }
    }

    [Fact]
    public void Check_WithoutPriority_IsABadRequest()
    {
        var peer = new RawPeer();
        peer.Give(peer.Check(priority: false));
        Assert.Equal(400, RawPeer.ErrorOf(Assert.Single(peer.Sent()).Bytes));
    }

    [Fact]
    public void Check_WithUnknownAttributeThatMustBeUnderstood_Gets420NamingIt()
    {
        var peer = new RawPeer();
        peer.Give(peer.Check(extra: (StunAttribute)0x7777));
        byte[] answer = Assert.Single(peer.Sent()).Bytes;
        Assert.Equal(420, RawPeer.ErrorOf(answer));
        Assert.True(StunMessage.TryRead(answer, out StunMessage message));
        Assert.True(message.TryGet(StunAttribute.UnknownAttributes, out ReadOnlySpan<byte> types));
        Assert.Equal([0x77, 0x77], types.ToArray());
    }

    [Fact]
    public void Check_WithUnknownAttributeThatMayBePassedOver_IsTaken()
    {
        var peer = new RawPeer();
        // 0xC057 is libwebrtc's network cost.
        peer.Give(peer.Check(extra: (StunAttribute)0xC057));
        Assert.Equal(StunClass.Success, RawPeer.ClassOf(peer.Sent()[0].Bytes));
    }

    [Fact]
    public void Check_EveryBitFlipped_IsNeverTaken()
    {
        var peer = new RawPeer();
        byte[] check = peer.Check();
        peer.Sent();
        for (int bit = 0; bit < check.Length * 8; bit++)
        {
            // FINGERPRINT's own type and length stand outside the signature; changed, it is an attribute that nobody looks at.
            if (bit / 8 >= check.Length - 8 && bit / 8 < check.Length - 4)
                continue;
            byte[] changed = (byte[])check.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            peer.Give(changed);
            Assert.DoesNotContain(peer.Sent(), sent => RawPeer.ClassOf(sent.Bytes) != StunClass.Error);
        }

        Assert.Equal(0, peer.Agent.Stats.ChecksAnswered);
    }

    [Fact]
    public void Check_EveryTruncation_IsNeverTaken()
    {
        var peer = new RawPeer();
        byte[] check = peer.Check();
        for (int length = 0; length < check.Length; length++)
            peer.Give(check[..length]);
        Assert.Equal(0, peer.Agent.Stats.ChecksAnswered);
        Assert.Empty(peer.Sent());
    }

    [Theory]
    [InlineData("other source")]
    [InlineData("wrong password")]
    [InlineData("other transaction")]
    [InlineData("unknown attribute")]
    [InlineData("no mapped address")]
    public void Answer_NotOfTheCheck_IsDropped(string fault)
    {
        var peer = new RawPeer();
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.1:5000"));
        byte[] check = Assert.Single(peer.Sent()).Bytes;
        byte[] answer = fault switch
        {
            "wrong password" => RawPeer.Answer(check, password: "another-password-of-24-ch"),
            "unknown attribute" => RawPeer.Answer(check, extra: (StunAttribute)0x7777),
            "no mapped address" => RawPeer.Answer(check, error: 999),
            _ => RawPeer.Answer(check),
        };
        if (fault == "other transaction")
            answer[19] ^= 1;
        peer.Give(answer, fault == "other source" ? IPEndPoint.Parse("198.51.100.1:5001") : null);
        Assert.Null(peer.Agent.RoundTrip);
        Assert.DoesNotContain(peer.Sent(), sent => RawPeer.Has(sent.Bytes, StunAttribute.UseCandidate));
        if (fault == "other source")
        {
            peer.Give(answer);
            Assert.Contains(peer.Sent(), sent => RawPeer.Has(sent.Bytes, StunAttribute.UseCandidate));
        }
    }

    [Fact]
    public void Answer_GivenTwice_CountsOnce()
    {
        var peer = new RawPeer();
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.1:5000"));
        byte[] answer = RawPeer.Answer(Assert.Single(peer.Sent()).Bytes);
        peer.Give(answer);
        long dropped = peer.Agent.Stats.Dropped;
        peer.Give(answer);
        Assert.Equal(dropped + 1, peer.Agent.Stats.Dropped);
    }

    [Fact]
    public void TransactionIds_OfAThousandChecks_AreAllDifferent()
    {
        var peer = new RawPeer();
        for (int index = 0; index < 30; index++)
            peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt($"198.51.100.{index + 1}:5000"));
        var ids = new HashSet<StunTransactionId>();
        foreach ((_, _, byte[] bytes) in peer.SentFor(TimeSpan.FromSeconds(60)))
        {
            Assert.True(StunMessage.TryRead(bytes, out StunMessage message));
            Assert.True(ids.Add(message.TransactionId));
        }

        Assert.Equal(30 * IceAgent.MaxSends, ids.Count);
    }

    [Fact]
    public void Payload_FromAnAddressThatProvedNothing_NeverReachesDtls()
    {
        var peer = new RawPeer();
        byte[] hello = [22, 254, 253, 0];
        Assert.False(peer.Give(hello));
        peer.Give(peer.Check());
        Assert.True(peer.Give(hello));
        Assert.False(peer.Give(hello, IPEndPoint.Parse("198.51.100.1:5001")));
    }
}
