using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.OpenSsl;
using Jangbu.Node;
using Jangbu.Node.Slots;

namespace Jangbu.Tests.Node;

/// <summary>PROTOCOL §4.1 and §4.2 against <c>jangbu/rendezvous.json</c> and the two people of <c>jangbu/identity.json</c>.</summary>
public sealed class SlotVectorTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/rendezvous.json");
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(Vectors.GetProperty("start").GetInt64());

    [Fact]
    public void PairSecret_OfTheTwoPeople_IsTheVectorFromBothSides()
    {
        JsonElement pair = Vectors.GetProperty("pair");
        (IdentityKey a, IdentityKey b) = VectorPeople.Load();
        Assert.True(PairSecret.TryAgree(a.RendezvousKey, B64(pair, "rdv_b"), a.Id, b.Id, out PairSecret? fromA));
        Assert.True(PairSecret.TryAgree(b.RendezvousKey, B64(pair, "rdv_a"), b.Id, a.Id, out PairSecret? fromB));
        Assert.Equal(Text(pair, "S"), Hex(fromA!.Bytes));
        Assert.Equal(Text(pair, "S"), Hex(fromB!.Bytes));
    }

    [Fact]
    public void PairSecret_PointOfSmallOrder_IsRefused()
    {
        (IdentityKey a, IdentityKey b) = VectorPeople.Load();
        Assert.False(PairSecret.TryAgree(a.RendezvousKey, new byte[32], a.Id, b.Id, out _));
    }

    [Fact]
    public void InvitationSecret_FromItsLink_IsTheVector()
    {
        JsonElement invite = Vectors.GetProperty("invite");
        byte[] code = Base64Url(Text(invite, "link")["jangbu:invite/".Length..]);
        Assert.Equal(1, code[0]);
        Assert.Equal(Text(invite, "S"), Hex(PairSecret.FromInvitation(code.AsSpan(1)).Bytes));
    }

    [Fact]
    public void Epochs_AroundABorder_AreTheVectors()
    {
        foreach (JsonElement row in Vectors.GetProperty("epochs_read").EnumerateArray())
        {
            (long current, long? neighbour) = Epochs.ToRead(row.GetProperty("unix").GetInt64());
            long[] expected = [.. row.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetInt64())];
            long[] read = neighbour is { } other ? [current, other] : [current];
            Assert.Equal(expected.Order(), read.Order());
        }
    }

    [Fact]
    public void Slots_EachMember_IsTheVector()
    {
        int rows = 0;
        foreach (JsonElement row in Vectors.GetProperty("slots").EnumerateArray())
        {
            SlotKeys keys = Secret(row).Slot(Name(row), Convert.FromHexString(Text(row, "writer")), row.GetProperty("epoch").GetInt64());
            long seq = row.GetProperty("seq").GetInt64();
            Assert.Equal(Text(row, "ed25519_seed"), Hex(keys.Seed));
            Assert.Equal(Text(row, "bep44_public_key"), Hex(keys.PublicKey));
            Assert.Equal(Text(row, "aes_key"), Hex(keys.AesKey));
            Assert.Equal(Text(row, "salt_item_0"), Hex(keys.Salt(0)));
            Assert.Equal(Text(row, "target_item_0"), Hex(keys.Target(0)));
            Assert.Equal(Text(row, "target_item_1"), Hex(keys.Target(1)));
            Assert.Equal(Text(row, "aad_item_0"), Hex(keys.AssociatedData(0, seq)));
            Assert.Equal(Text(row, "aad_item_1"), Hex(keys.AssociatedData(1, seq)));
            rows++;
        }
        Assert.Equal(20, rows);
    }

    [Fact]
    public void Values_SealedWithTheVectorsNonces_AreItsItemsAndOpenAgain()
    {
        foreach (JsonElement value in Vectors.GetProperty("values").EnumerateArray())
        {
            SlotKeys keys = KeysOf(value);
            long seq = value.GetProperty("seq").GetInt64();
            byte[] content = Bytes(value, "content");
            byte[][] items = keys.Seal(content, seq, new GivenBytes(value.GetProperty("nonces").EnumerateArray().Select(nonce => Convert.FromHexString(nonce.GetString()!))));
            Assert.Equal(value.GetProperty("items").EnumerateArray().Select(item => item.GetString()), items.Select(item => Hex(item)));

            Assert.True(TryOpenAll(keys, seq, items, out byte[] opened));
            Assert.Equal(Hex(content), Hex(opened));
        }
    }

    [Fact]
    public void Signals_OfTheVectors_ReadVerifyAndRebuildTheSdp()
    {
        foreach (JsonElement value in Vectors.GetProperty("values").EnumerateArray().Where(value => Text(value, "slot") != "here"))
        {
            SlotName slot = Name(value);
            byte[] content = Bytes(value, "content");
            Assert.True(Signal.TryRead(slot, content, out SignedSignal? found, out SignalError error), error.ToString());
            PublicIdentity writer = VectorPeople.Of(Text(value, "writer"));
            Assert.Equal(SignalError.None, found!.CheckKeyAndTime(writer.ExportSpki(), value.GetProperty("seq").GetInt64(), Start));
            Assert.True(found.IsSignedBy(writer));
            Assert.Equal(Text(value, "session"), Hex(found.Signal.Session));
            Assert.Equal(Text(value, "description_bencoded"), Hex(found.Signal.Description.ToBencode()));
            Assert.Equal(Text(value, "sdp"), found.Signal.Description.ToSdp(slot == SlotName.Offer));
            Assert.Equal(Hex(content), Hex(found.Signal.ToContent(found.Signature)));
            Assert.Equal(Hex(found.Signed), Hex(found.Signal.ToSign(slot)));
            Assert.Equal(value.GetProperty("candidates").EnumerateArray().Select(candidate => Text(candidate, "address")),
                found.Signal.Description.Candidates.Select(candidate => candidate.EndPoint.Address.ToString()));
        }
    }

    [Fact]
    public void Answer_OfTheVectors_NamesItsOffer()
    {
        JsonElement[] values = [.. Vectors.GetProperty("values").EnumerateArray()];
        Assert.True(Signal.TryRead(SlotName.Answer, Bytes(values[1], "content"), out SignedSignal? answer, out _));
        Assert.Equal(Hex(SHA256.HashData(Bytes(values[0], "content"))), Hex(answer!.Signal.OfferHash));
    }

    [Fact]
    public void WrongValues_EachIsRefusedForItsReason()
    {
        byte[] offered = SHA256.HashData(Bytes(Vectors.GetProperty("values")[0], "content"));
        foreach (JsonElement value in Vectors.GetProperty("wrong_values").EnumerateArray())
        {
            SlotName slot = Name(value);
            long seq = value.GetProperty("seq").GetInt64();
            byte[][] items = [.. value.GetProperty("items").EnumerateArray().Select(item => Convert.FromHexString(item.GetString()!))];
            Assert.True(TryOpenAll(KeysOf(value), seq, items, out byte[] content));
            PublicIdentity writer = VectorPeople.Of(Text(value, "writer"));
            SignalError error = SignalError.None;
            if (Signal.TryRead(slot, content, out SignedSignal? found, out error))
            {
                error = found!.CheckKeyAndTime(writer.ExportSpki(), seq, Start);
                if (error == SignalError.None && found.Signal.OfferHash is { } hash && !hash.SequenceEqual(offered))
                    error = SignalError.OfferHash;
                if (error == SignalError.None && !found.IsSignedBy(writer))
                    error = SignalError.Signature;
            }
            string because = error switch { SignalError.OfferHash => "a", _ => error.ToString().ToLowerInvariant() };
            Assert.True(because == Text(value, "because"), $"{Text(value, "comment")}: {because}");
        }
    }

    [Fact]
    public void WrongItems_NoneOpens()
    {
        foreach (JsonElement item in Vectors.GetProperty("wrong_items").EnumerateArray())
        {
            Assert.False(KeysOf(item).TryOpen(item.GetProperty("i").GetInt32(), item.GetProperty("seq").GetInt64(), Bytes(item, "item"), out _),
                Text(item, "comment"));
        }
    }

    private static bool TryOpenAll(SlotKeys keys, long seq, byte[][] items, out byte[] content)
    {
        byte[][] pieces = new byte[items.Length][];
        content = [];
        for (int item = 0; item < items.Length; item++)
        {
            if (!keys.TryOpen(item, seq, items[item], out pieces[item]))
                return false;
        }
        return SlotKeys.TryCount(pieces[0], out int count) && count == items.Length && SlotKeys.TryJoin(pieces, out content);
    }

    private static SlotKeys KeysOf(JsonElement value)
    {
        Assert.True(PeerId.TryParse(Text(value, "writer"), out PeerId writer));
        byte[] id = new byte[32];
        writer.CopyTo(id);
        return Pair().Slot(Name(value), id, value.GetProperty("epoch").GetInt64());
    }

    private static PairSecret Secret(JsonElement row)
    {
        byte[] writer = Convert.FromHexString(Text(row, "writer"));
        bool invitation = writer.All(octet => octet == 0) || writer.All(octet => octet == 1);
        return invitation ? PairSecret.FromInvitation(Base64Url(Text(Vectors.GetProperty("invite"), "link")["jangbu:invite/".Length..]).AsSpan(1)) : Pair();
    }

    private static PairSecret Pair()
    {
        (IdentityKey a, IdentityKey b) = VectorPeople.Load();
        Assert.True(PairSecret.TryAgree(a.RendezvousKey, B64(Vectors.GetProperty("pair"), "rdv_b"), a.Id, b.Id, out PairSecret? secret));
        return secret!;
    }

    private static SlotName Name(JsonElement row) => Enum.Parse<SlotName>(Text(row, "slot"), ignoreCase: true);

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static byte[] Bytes(JsonElement row, string name) => Convert.FromHexString(Text(row, name));

    private static byte[] B64(JsonElement row, string name) => Base64Url(Text(row, name));

    private static byte[] Base64Url(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
