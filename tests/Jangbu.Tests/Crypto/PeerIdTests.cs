using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Jangbu.Crypto;

namespace Jangbu.Tests.Crypto;

public sealed class PeerIdTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/identity.json");

    [Fact]
    public void PeerIds_OfTheVectors_AreWrittenAndReadAsSaid()
    {
        foreach (JsonElement vector in Vectors.GetProperty("peer_ids").EnumerateArray())
        {
            byte[] bytes = Convert.FromHexString(vector.GetProperty("bytes").GetString()!);
            string text = vector.GetProperty("id").GetString()!;
            Assert.Equal(text, PeerId.FromThumbprint(bytes).ToString());
            Assert.True(PeerId.TryParse(text, out PeerId id));
            Assert.Equal(bytes, id.ToByteArray());
        }
    }

    [Fact]
    public void WrongPeerIds_OfTheVectors_AreRefused()
    {
        foreach (JsonElement wrong in Vectors.GetProperty("wrong_peer_ids").EnumerateArray())
            Assert.False(PeerId.TryParse(wrong.GetString(), out _), wrong.GetString());
        Assert.False(PeerId.TryParse(null, out _));
    }

    [Fact]
    public void TryParse_AnyOneLetterChangedOrLeftOut_IsRefused()
    {
        string text = Vectors.GetProperty("peer_ids")[2].GetProperty("id").GetString()!;
        for (int i = 0; i < text.Length; i++)
        {
            foreach (char letter in "qpzry9x8gf2tvdw0s3jn54khce6mua7lb1 Q")
            {
                if (letter != text[i])
                    Assert.False(PeerId.TryParse($"{text[..i]}{letter}{text[(i + 1)..]}", out _));
            }
            Assert.False(PeerId.TryParse(text[..i], out _));
            Assert.False(PeerId.TryParse(text.Remove(i, 1), out _));
        }
    }

    [Fact]
    public void CompareTo_AnyTwoIds_OrdersByRawBytes() => Prop.ForAll<byte, byte, int>((first, second, place) =>
    {
        byte[] a = new byte[PeerId.Length], b = new byte[PeerId.Length];
        a[(place & int.MaxValue) % PeerId.Length] = first;
        b[(place & int.MaxValue) % PeerId.Length] = second;
        PeerId left = PeerId.FromThumbprint(a), right = PeerId.FromThumbprint(b);
        return Math.Sign(left.CompareTo(right)) == Math.Sign(a.AsSpan().SequenceCompareTo(b)) && left.Equals(right) == (first == second)
            && PeerId.TryParse(left.ToString(), out PeerId read) && read == left;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bech32m_ValidStringsOfBip350WithByteData_AreRead()
    {
        // BIP 350, "Test vectors for v0-v16 native segregated witness addresses" use 5-bit versions; these carry plain groups of bits.
        Assert.True(Bech32m.TryDecode("a", "a1lqfn3a", []));
        Assert.False(Bech32m.TryDecode("a", "a1lqfn3q", []));
        Assert.False(Bech32m.TryDecode("a", "a12uel5l", []), "the checksum of BIP 173 is another one");
        Assert.Equal("a1lqfn3a", Bech32m.Encode("a", []));
    }
}
