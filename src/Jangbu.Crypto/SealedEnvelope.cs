using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto.Jose;

namespace Jangbu.Crypto;

/// <summary>
/// What only its receiver opens: JWE in flattened JSON (RFC 7516 §7.2.2) with RSA-OAEP-256 and A256GCM, a fresh content key and IV for each
/// (PROTOCOL §3). Reading is cheap and computes nothing with a key; opening does, and has one answer for every failure.
/// </summary>
public sealed class SealedEnvelope
{
    /// <summary>The most that the five texts have together, in letters.</summary>
    public const int MaximumLength = 192 * 1024;

    private const int IvLength = 12, TagLength = 16, MaximumHeaderLength = 512;
    private static readonly string[] Members = ["protected", "encrypted_key", "iv", "ciphertext", "tag"];
    private static readonly string[] HeaderMembers = ["alg", "enc", "kid", "typ"];

    private readonly string _protected;
    private readonly byte[] _wrapped, _iv, _ciphertext, _tag;

    private SealedEnvelope(PeerId receiver, string header, byte[] wrapped, byte[] iv, byte[] ciphertext, byte[] tag)
    {
        Receiver = receiver;
        _protected = header;
        _wrapped = wrapped;
        _iv = iv;
        _ciphertext = ciphertext;
        _tag = tag;
    }

    /// <summary>Whom the header names.</summary>
    public PeerId Receiver { get; }

    /// <summary>The most bytes that fit into one envelope for this receiver.</summary>
    public static int MaximumPlaintext(PublicIdentity receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        int other = Letters(Header(receiver.Id).Length) + Letters(receiver.BlockLength) + Letters(IvLength) + Letters(TagLength);
        return (MaximumLength - other) / 4 * 3;
    }

    /// <summary>Seals bytes for one receiver.</summary>
    /// <returns>The envelope's JSON text.</returns>
    /// <exception cref="ArgumentException">More than <see cref="MaximumPlaintext"/> bytes.</exception>
    public static string Seal(PublicIdentity receiver, ReadOnlySpan<byte> plaintext, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        ArgumentNullException.ThrowIfNull(random);
        if (plaintext.Length > MaximumPlaintext(receiver))
            throw new ArgumentException($"{plaintext.Length} bytes pass the {MaximumPlaintext(receiver)} of an envelope", nameof(plaintext));
        string header = Base64UrlText.Encode(Header(receiver.Id));
        Span<byte> key = stackalloc byte[IdentityKey.ContentKeyLength], iv = stackalloc byte[IvLength], tag = stackalloc byte[TagLength];
        random.GetBytes(key);
        random.GetBytes(iv);
        byte[] ciphertext = new byte[plaintext.Length];
        using (var gcm = new AesGcm(key, TagLength))
            gcm.Encrypt(iv, plaintext, ciphertext, tag, Encoding.ASCII.GetBytes(header));
        byte[] wrapped = receiver.Wrap(key);
        CryptographicOperations.ZeroMemory(key);
        return new JsonText().BeginObject()
            .Member("protected", header).Member("encrypted_key", Base64UrlText.Encode(wrapped)).Member("iv", Base64UrlText.Encode(iv))
            .Member("ciphertext", Base64UrlText.Encode(ciphertext)).Member("tag", Base64UrlText.Encode(tag))
            .EndObject().ToString();
    }

    /// <summary>Whether the five texts pass 192 KiB together, which is a refusal of its own (<c>too_large</c>).</summary>
    public static bool IsTooLarge(JsonValue json)
    {
        ArgumentNullException.ThrowIfNull(json);
        long length = 0;
        foreach (string name in Members)
            length += json[name]?.Text.Length ?? 0;
        return length > MaximumLength;
    }

    /// <summary>Reads the form without any computation on keys.</summary>
    /// <returns>False for another member, spelling, size, <c>alg</c>, <c>enc</c> or <c>typ</c>.</returns>
    public static bool TryRead(JsonValue json, [NotNullWhen(true)] out SealedEnvelope? envelope)
    {
        ArgumentNullException.ThrowIfNull(json);
        envelope = null;
        if (!json.HasMembers(Members) || IsTooLarge(json)
            || !json.TryGetText("protected", out string? header) || header.Length > MaximumHeaderLength
            || !Base64UrlText.TryDecode(header, out byte[]? headerJson) || !TryReadHeader(headerJson, out PeerId receiver)
            || !TryGetBytes(json, "encrypted_key", out byte[]? wrapped) || wrapped.Length is not (256 or 384 or 512)
            || !TryGetBytes(json, "iv", out byte[]? iv) || iv.Length != IvLength
            || !TryGetBytes(json, "tag", out byte[]? tag) || tag.Length != TagLength
            || !TryGetBytes(json, "ciphertext", out byte[]? ciphertext))
            return false;
        envelope = new SealedEnvelope(receiver, header, wrapped, iv, ciphertext, tag);
        return true;
    }

    /// <summary>Reads and opens an envelope's JSON text.</summary>
    public static bool TryOpen(IdentityKey me, ReadOnlySpan<byte> json, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        return StrictJson.TryParse(json, out JsonValue? value) && TryRead(value, out SealedEnvelope? envelope) && envelope.TryOpen(me, out plaintext);
    }

    /// <summary>Opens it.</summary>
    /// <returns>False where it is for somebody else, wrapped wrongly or changed: one answer, and past the wrapping one path.</returns>
    public bool TryOpen(IdentityKey me, [NotNullWhen(true)] out byte[]? plaintext)
    {
        ArgumentNullException.ThrowIfNull(me);
        plaintext = null;
        if (Receiver != me.Id || _wrapped.Length != me.Public.BlockLength)
            return false;
        Span<byte> key = stackalloc byte[IdentityKey.ContentKeyLength];
        // A key that could not be unwrapped goes on as zeros, so that a wrong wrapping and a wrong tag do the same work.
        bool unwrapped = me.TryUnwrap(_wrapped, key);
        byte[] opened = new byte[_ciphertext.Length];
        bool authentic;
        using (var gcm = new AesGcm(key, TagLength))
        {
            try
            {
                gcm.Decrypt(_iv, _ciphertext, _tag, opened, Encoding.ASCII.GetBytes(_protected));
                authentic = true;
            }
            catch (AuthenticationTagMismatchException)
            {
                authentic = false;
            }
        }
        CryptographicOperations.ZeroMemory(key);
        plaintext = unwrapped && authentic ? opened : null;
        return plaintext is not null;
    }

    private static byte[] Header(PeerId receiver) => new JsonText().BeginObject().Member("alg", "RSA-OAEP-256").Member("enc", "A256GCM")
        .Member("kid", receiver.ToString()).Member("typ", "jangbu-sealed").EndObject().ToUtf8();

    private static bool TryReadHeader(byte[] header, out PeerId receiver)
    {
        receiver = default;
        return StrictJson.TryParse(header, out JsonValue? value) && value.HasMembers(HeaderMembers)
            && value.TryGetText("alg", out string? algorithm) && algorithm == "RSA-OAEP-256"
            && value.TryGetText("enc", out string? encryption) && encryption == "A256GCM"
            && value.TryGetText("typ", out string? type) && type == "jangbu-sealed"
            && value.TryGetText("kid", out string? kid) && PeerId.TryParse(kid, out receiver);
    }

    private static bool TryGetBytes(JsonValue json, string name, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        return json.TryGetText(name, out string? text) && Base64UrlText.TryDecode(text, out bytes);
    }

    private static int Letters(int bytes) => (bytes * 4 + 2) / 3;
}
