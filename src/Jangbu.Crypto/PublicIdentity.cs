using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Jangbu.Crypto.Der;
using Jangbu.Crypto.Jose;

namespace Jangbu.Crypto;

/// <summary>A person's RSA public key: verifies PS256 and wraps one-time keys. Immutable; every member may be called from any thread.</summary>
/// <remarks>
/// The native key object is made once, since importing costs eight verifications, and is shared between threads: every operation of .NET's
/// OpenSSL key makes a context of its own. It is freed by its finalizer, for identities are values that nobody owns.
/// </remarks>
public sealed class PublicIdentity : IEquatable<PublicIdentity>
{
    /// <summary>The greatest SubjectPublicKeyInfo we read or write, that of 4096 bits, and the limit of PROTOCOL §4.2.</summary>
    public const int MaximumSpkiLength = 600;

    private const string PemLabel = "PUBLIC KEY";
    private static readonly byte[] PublicExponent = [1, 0, 1];

    private readonly RSA _rsa;
    private readonly byte[] _modulus;

    private PublicIdentity(byte[] modulus, RSA rsa)
    {
        _modulus = modulus;
        _rsa = rsa;
        Id = JwkThumbprint.Compute(modulus, PublicExponent);
    }

    /// <summary>The thumbprint of this key.</summary>
    public PeerId Id { get; }

    /// <summary>2048, 3072 or 4096.</summary>
    public int Bits => _modulus.Length * 8;

    /// <summary>The length of a signature and of a wrapped key, in bytes.</summary>
    public int BlockLength => _modulus.Length;

    /// <summary>The modulus, big-endian without leading zeros; a copy.</summary>
    public byte[] N => [.. _modulus];

    /// <summary>The exponent 65537, big-endian without leading zeros; every identity's.</summary>
    public static ReadOnlySpan<byte> E => PublicExponent;

    /// <summary>Takes a modulus and exponent as a JWK has them, after all checks of PROTOCOL §1.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> n, ReadOnlySpan<byte> e, [NotNullWhen(true)] out PublicIdentity? identity, out KeyError error)
    {
        identity = null;
        error = RsaModulus.Check(n);
        if (error == KeyError.None && !e.SequenceEqual(PublicExponent))
            error = KeyError.OtherExponent;
        if (error != KeyError.None)
            return false;
        byte[] modulus = n.ToArray();
        identity = new PublicIdentity(modulus, RSA.Create(new RSAParameters { Modulus = modulus, Exponent = PublicExponent }));
        return true;
    }

    /// <summary>Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in its one DER spelling.</summary>
    public static bool TryImportSpki(ReadOnlySpan<byte> der, [NotNullWhen(true)] out PublicIdentity? identity, out KeyError error)
    {
        identity = null;
        error = KeyError.TooLarge;
        if (der.Length > MaximumSpkiLength)
            return false;
        error = KeyError.Malformed;
        var reader = new DerReader(der);
        if (!reader.TryEnter(DerReader.Sequence, out DerReader info) || !reader.AtEnd || !info.TryEnter(DerReader.Sequence, out DerReader algorithm)
            || !algorithm.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> identifier))
            return false;
        if (!identifier.SequenceEqual(ObjectIdentifiers.RsaEncryption))
        {
            error = KeyError.OtherAlgorithm;
            return false;
        }
        return algorithm.TryRead(DerReader.Null, out ReadOnlySpan<byte> nothing) && nothing.IsEmpty && algorithm.AtEnd
            && info.TryRead(DerReader.BitString, out ReadOnlySpan<byte> bits) && info.AtEnd && bits.Length > 1 && bits[0] == 0
            && TryImportKey(bits[1..], out identity, ref error);
    }

    /// <summary>Reads a public key file: one PEM block <c>PUBLIC KEY</c> and nothing else.</summary>
    public static bool TryImportPem(string pem, [NotNullWhen(true)] out PublicIdentity? identity, out KeyError error)
    {
        identity = null;
        return PemBlock.TryRead(pem, PemLabel, out byte[]? der, out error) && TryImportSpki(der, out identity, out error);
    }

    /// <summary>Verifies a PS256 signature (RFC 7518 §3.5: SHA-256, MGF1 with SHA-256, salt of exactly 32 bytes).</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == BlockLength && _rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    /// <summary>The SubjectPublicKeyInfo in DER.</summary>
    public byte[] ExportSpki()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                writer.WriteNull();
            }
            var key = new AsnWriter(AsnEncodingRules.DER);
            using (key.PushSequence())
            {
                key.WriteIntegerUnsigned(_modulus);
                key.WriteIntegerUnsigned(PublicExponent);
            }
            writer.WriteBitString(key.Encode());
        }
        return writer.Encode();
    }

    /// <summary>The public key file's text, lines ending <c>\n</c>.</summary>
    public string ExportPem() => PemEncoding.WriteString(PemLabel, ExportSpki()) + "\n";

    /// <summary>Same key.</summary>
    public bool Equals(PublicIdentity? other) => other is not null && _modulus.AsSpan().SequenceEqual(other._modulus);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicIdentity);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>Wraps a one-time key (RSA-OAEP-256: SHA-256 for label hash and MGF1, empty label).</summary>
    internal byte[] Wrap(ReadOnlySpan<byte> contentKey) => _rsa.Encrypt(contentKey, RSAEncryptionPadding.OaepSHA256);

    private static bool TryImportKey(ReadOnlySpan<byte> der, [NotNullWhen(true)] out PublicIdentity? identity, ref KeyError error)
    {
        identity = null;
        var reader = new DerReader(der);
        return reader.TryEnter(DerReader.Sequence, out DerReader key) && reader.AtEnd && key.TryReadMagnitude(out ReadOnlySpan<byte> n)
            && key.TryReadMagnitude(out ReadOnlySpan<byte> e) && key.AtEnd && TryCreate(n, e, out identity, out error);
    }
}
