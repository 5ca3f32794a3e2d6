using System.Net;
using System.Text;
using System.Text.Json;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Stun;

public sealed class StunMessageTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBt");

    [Fact]
    public void SampleRequest_OfRfc5769_IsReadAndVerified()
    {
        JsonElement vector = VectorFile.Json("stun/rfc5769.json").GetProperty("2.1");
        Assert.True(StunMessage.TryRead(Convert.FromHexString(vector.GetProperty("hex").GetString()!), out StunMessage message));
        Assert.Equal(StunClass.Request, message.Class);
        Assert.Equal(StunMethod.Binding, message.Method);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(Key));
        Assert.False(message.VerifyIntegrity(Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBu")));
        Assert.True(message.TryGetText(StunAttribute.Username, 513, out string username));
        Assert.Equal("evtj:h6vY", username);
        Assert.True(message.TryGetUInt32(StunAttribute.Priority, out uint priority));
        Assert.Equal(vector.GetProperty("priority").GetUInt32(), priority);
        Assert.True(message.TryGetUInt64(StunAttribute.IceControlled, out ulong tieBreaker));
        Assert.Equal(0x932ff9b151263b36UL, tieBreaker);
        Assert.Equal(0, message.FindUnknown(stackalloc ushort[4]));
    }

    [Fact]
    public void SampleResponse_OfRfc5769_GivesTheMappedAddress()
    {
        JsonElement vector = VectorFile.Json("stun/rfc5769.json").GetProperty("2.2");
        Assert.True(StunMessage.TryRead(Convert.FromHexString(vector.GetProperty("hex").GetString()!), out StunMessage message));
        Assert.Equal(StunClass.Success, message.Class);
        Assert.True(message.VerifyIntegrity(Key));
        Assert.True(message.TryGetMappedAddress(out IPEndPoint? mapped));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 32853), mapped);
    }

    [Fact]
    public void LongTermRequest_OfRfc5769_IsVerifiedAndRewrittenByteForByte()
    {
        JsonElement vector = VectorFile.Json("stun/rfc5769.json").GetProperty("2.4");
        byte[] expected = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
        string username = vector.GetProperty("username").GetString()!, realm = vector.GetProperty("realm").GetString()!;
        byte[] key = StunWriter.LongTermKey(username, realm, vector.GetProperty("password").GetString()!);
        Assert.True(StunMessage.TryRead(expected, out StunMessage message));
        Assert.True(message.VerifyIntegrity(key));

        var writer = new StunWriter(stackalloc byte[256], StunClass.Request, StunMethod.Binding, message.TransactionId);
        writer.Add(StunAttribute.Username, username);
        writer.Add(StunAttribute.Nonce, vector.GetProperty("nonce").GetString()!);
        writer.Add(StunAttribute.Realm, realm);
        writer.AddIntegrity(key);
        Assert.Equal(expected, writer.Message.ToArray());
    }
}
