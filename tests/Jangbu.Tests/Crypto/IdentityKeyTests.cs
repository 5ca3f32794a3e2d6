using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.OpenSsl;

namespace Jangbu.Tests.Crypto;

public sealed class IdentityKeyTests
{
    [Fact]
    public void Generate_2048_SignsWhatItsPublicHalfVerifies()
    {
        using IdentityKey key = IdentityKey.Generate(2048);
        byte[] signature = key.Sign("장부"u8);
        Assert.True(key.Public.Verify("장부"u8, signature));
        Assert.False(key.Public.Verify("장뷰"u8, signature));
        for (int i = 0; i < signature.Length; i++)
        {
            Assert.False(key.Public.Verify("장부"u8, signature.AsSpan(0, i)));
            signature[i] ^= 0x10;
            Assert.False(key.Public.Verify("장부"u8, signature));
            signature[i] ^= 0x10;
        }
        Assert.Equal(1, key.PrivateOperations);
        Assert.Equal(2048, key.Public.Bits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024)]
    [InlineData(2049)]
    [InlineData(8192)]
    public void Generate_OtherSize_Throws(int bits) => Assert.Throws<ArgumentOutOfRangeException>(() => IdentityKey.Generate(bits));

    [Fact]
    public void Sign_OnFourThreadsWithOneKey_GivesOnlyValidSignatures()
    {
        using IdentityKey key = IdentityKey.Generate(2048);
        int wrong = 0;
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            byte[] data = BitConverter.GetBytes(i);
            if (!key.Public.Verify(data, key.Sign(data)))
                Interlocked.Increment(ref wrong);
        });
        Assert.Equal(0, wrong);
        Assert.Equal(40, key.PrivateOperations);
    }

    [Fact]
    public void PublicKeyFiles_OfTheVectors_GiveTheThumbprint()
    {
        foreach (JsonElement person in VectorFile.Json("jangbu/identity.json").GetProperty("people").EnumerateArray())
        {
            string pem = person.GetProperty("public_key_pem").GetString()!;
            Assert.True(PublicIdentity.TryImportPem(pem, out PublicIdentity? identity, out KeyError error), error.ToString());
            Assert.Equal(person.GetProperty("id").GetString(), identity.Id.ToString());
            Assert.Equal(person.GetProperty("thumbprint").GetString(), Convert.ToHexStringLower(identity.Id.ToByteArray()));
            Assert.Equal(pem, identity.ExportPem());
        }
    }

    [Fact]
    public void TryImportSpki_AnyTruncationOrTrailingByte_IsRefused()
    {
        byte[] der = SpkiOfVectors();
        for (int length = 0; length < der.Length; length++)
            Assert.False(PublicIdentity.TryImportSpki(der.AsSpan(0, length), out _, out _));
        Assert.False(PublicIdentity.TryImportSpki([.. der, 0], out _, out _));
    }

    [Fact]
    public void TryImportSpki_AnyBitFlipped_IsRefusedOrWritesTheSameAgain()
    {
        byte[] der = SpkiOfVectors();
        for (int bit = 0; bit < der.Length * 8; bit++)
        {
            der[bit / 8] ^= (byte)(1 << bit % 8);
            if (PublicIdentity.TryImportSpki(der, out PublicIdentity? identity, out _))
                Assert.Equal(der, identity.ExportSpki());
            der[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Theory]
    [InlineData(1024, KeyError.OtherSize)]
    [InlineData(2040, KeyError.OtherSize)]
    [InlineData(8192, KeyError.OtherSize)]
    public void TryCreate_OtherSize_SaysSo(int bits, KeyError expected)
    {
        byte[] modulus = new byte[bits / 8];
        modulus.AsSpan().Fill(0xff);
        Assert.False(PublicIdentity.TryCreate(modulus, [1, 0, 1], out _, out KeyError error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void TryCreate_WeakKeys_SaysWhichWeakness()
    {
        Assert.True(PublicIdentity.TryImportSpki(SpkiOfVectors(), out PublicIdentity? good, out _));
        byte[] n = good.N;
        Assert.Equal(KeyError.OtherExponent, Error(n, [3]));
        Assert.Equal(KeyError.OtherExponent, Error(n, [1]));
        Assert.Equal(KeyError.OtherExponent, Error(n, [1, 0, 0, 0, 0, 0, 0, 0, 1]));
        Assert.Equal(KeyError.OtherExponent, Error(n, [0, 1, 0, 1]));
        byte[] even = good.N;
        even[^1] &= 0xfe;
        Assert.Equal(KeyError.SmallFactor, Error(even, [1, 0, 1]));
        byte[] leading = [0, .. n[..^1]];
        Assert.Equal(KeyError.OtherSize, Error(leading, [1, 0, 1]));
        // A power of 65537 modulo everything is what the weak generator's primes are: 65537^127 has 2033 bits, times 65537^0 of the top bits.
        System.Numerics.BigInteger roca = System.Numerics.BigInteger.Pow(65537, 127);
        System.Numerics.BigInteger product = 2;
        foreach (int prime in new[] { 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167 })
            product *= prime;
        while (roca.GetBitLength() < 2048)
            roca += product * (System.Numerics.BigInteger.One << (int)(2047 - product.GetBitLength()));
        byte[] predictable = roca.ToByteArray(isUnsigned: true, isBigEndian: true);
        Assert.Equal(256, predictable.Length);
        Assert.Equal(KeyError.PredictableModulus, Error(predictable, [1, 0, 1]));
    }

    [Fact]
    public void X25519_SeedsOfTheVectors_GiveTheirRendezvousKeys()
    {
        foreach (JsonElement person in VectorFile.Json("jangbu/identity.json").GetProperty("people").EnumerateArray())
        {
            using X25519Key key = X25519Key.FromPrivate(Convert.FromHexString(person.GetProperty("seed").GetString()!));
            Assert.Equal(person.GetProperty("rdv").GetString(), Jangbu.Crypto.Jose.Base64UrlText.Encode(key.PublicKey));
        }
    }

    private static KeyError Error(byte[] n, byte[] e)
    {
        Assert.False(PublicIdentity.TryCreate(n, e, out _, out KeyError error));
        return error;
    }

    private static byte[] SpkiOfVectors()
    {
        string pem = VectorFile.Json("jangbu/identity.json").GetProperty("people")[0].GetProperty("public_key_pem").GetString()!;
        Assert.True(PublicIdentity.TryImportPem(pem, out PublicIdentity? identity, out _));
        return identity.ExportSpki();
    }
}
