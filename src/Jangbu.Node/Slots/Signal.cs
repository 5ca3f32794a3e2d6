using System.Security.Cryptography;
using Jangbu.Crypto;

namespace Jangbu.Node.Slots;

/// <summary>The content of an offer or an answer: a description under its writer's signature (PROTOCOL §4.2).</summary>
internal sealed record Signal
{
    /// <summary>SHA-256 of the offer's content; answers only.</summary>
    public byte[]? OfferHash { get; init; }

    /// <summary>Where and how the writer can be reached.</summary>
    public required Description Description { get; init; }

    /// <summary>The writer's public key, SPKI DER.</summary>
    public required byte[] Key { get; init; }

    /// <summary>Names this attempt, 16 bytes.</summary>
    public required byte[] Session { get; init; }

    /// <summary>The writer's clock, unix milliseconds; the items' <c>seq</c> too.</summary>
    public required long Milliseconds { get; init; }

    /// <summary>What the signature covers.</summary>
    public byte[] ToSign(SlotName slot)
    {
        ReadOnlySpan<byte> name = SlotNameBytes.Of(slot);
        return [.. "jangbu/1/"u8, .. name, 0, .. Members(), (byte)'e'];
    }

    /// <summary>The whole dictionary.</summary>
    public byte[] ToContent(ReadOnlySpan<byte> signature) =>
        new BencodeText().Raw(Members()).Raw("1:z"u8).Text(signature).Raw("e"u8).ToArray();

    /// <summary>
    /// Reads a content: bencoding, names, lengths. <see cref="SignedSignal"/> does the rest, which needs to know whom it should be from.
    /// </summary>
    public static bool TryRead(SlotName slot, ReadOnlySpan<byte> content, out SignedSignal? signal, out SignalError error)
    {
        signal = null;
        error = SignalError.Bencoding;
        BencodeCursor cursor = new(content);
        ReadOnlySpan<byte> hash = default;
        if (!cursor.TryTake((byte)'d')
            || (slot == SlotName.Answer && (!Description.TryName(ref cursor, 'a', ref error) || !cursor.TryString(out hash)))
            || !Description.TryName(ref cursor, 'd', ref error) || !Description.TryRead(ref cursor, out Description? description, out error))
            return false;
        error = SignalError.Bencoding;
        if (!Description.TryName(ref cursor, 'k', ref error) || !cursor.TryString(out ReadOnlySpan<byte> key)
            || !Description.TryName(ref cursor, 's', ref error) || !cursor.TryString(out ReadOnlySpan<byte> session)
            || !Description.TryName(ref cursor, 't', ref error) || !cursor.TryInteger(out long milliseconds))
            return false;
        int signedLength = cursor.Position;
        if (!Description.TryName(ref cursor, 'z', ref error) || !cursor.TryString(out ReadOnlySpan<byte> signature)
            || !Description.TryEnd(ref cursor, ref error))
            return false;
        if (!cursor.AtEnd)
        {
            error = SignalError.Bencoding;
            return false;
        }
        error = SignalError.Lengths;
        if ((slot == SlotName.Answer && hash.Length != 32) || key.Length is 0 or > MaxKeyLength || session.Length != SessionLength
            || signature.Length is < 256 or > 512)
            return false;
        signal = new SignedSignal
        {
            Signal = new Signal
            {
                OfferHash = slot == SlotName.Answer ? hash.ToArray() : null,
                Description = description!,
                Key = key.ToArray(),
                Session = session.ToArray(),
                Milliseconds = milliseconds,
            },
            Slot = slot,
            Signed = [.. "jangbu/1/"u8, .. SlotNameBytes.Of(slot), 0, .. content[..signedLength], (byte)'e'],
            Signature = signature.ToArray(),
            ContentHash = SHA256.HashData(content),
        };
        error = SignalError.None;
        return true;
    }

    private byte[] Members()
    {
        BencodeText text = new BencodeText().Raw("d"u8);
        if (OfferHash is not null)
            text.Raw("1:a"u8).Text(OfferHash);
        return text.Raw("1:d"u8).Raw(Description.ToBencode()).Raw("1:k"u8).Text(Key).Raw("1:s"u8).Text(Session).Raw("1:t"u8).Integer(Milliseconds).ToArray();
    }

    /// <summary>The length of a session id.</summary>
    public const int SessionLength = 16;

    /// <summary>The SPKI of 4096 bits has 550 bytes.</summary>
    public const int MaxKeyLength = 600;
}

/// <summary>A signal as found: well formed, and nothing more known about it.</summary>
internal sealed record SignedSignal
{
    /// <summary>What it says.</summary>
    public required Signal Signal { get; init; }

    /// <summary>Where it was found.</summary>
    public required SlotName Slot { get; init; }

    /// <summary>What its signature must cover.</summary>
    public required byte[] Signed { get; init; }

    /// <summary>The signature.</summary>
    public required byte[] Signature { get; init; }

    /// <summary>SHA-256 of the content, by which an answer names an offer.</summary>
    public required byte[] ContentHash { get; init; }

    /// <summary>Whether key and time are right; cheap, so that it comes before anything that is not.</summary>
    /// <param name="key">The contact's pinned key, or null for an invitation, whose card must match later.</param>
    /// <param name="seq">The items' <c>seq</c>.</param>
    /// <param name="wall">The reader's clock.</param>
    public SignalError CheckKeyAndTime(byte[]? key, long seq, DateTimeOffset wall)
    {
        if (key is not null && !Signal.Key.AsSpan().SequenceEqual(key))
            return SignalError.Key;
        long away = Signal.Milliseconds - wall.ToUnixTimeMilliseconds();
        return away is < -Window or > Window || Signal.Milliseconds != seq ? SignalError.Time : SignalError.None;
    }

    /// <summary>Whether the writer's key signed it; the last and dearest look.</summary>
    public bool IsSignedBy(PublicIdentity key) => key.Verify(Signed, Signature);

    /// <summary>How far the two clocks may be apart, milliseconds (PROTOCOL §4.2).</summary>
    private const long Window = 600_000;
}
