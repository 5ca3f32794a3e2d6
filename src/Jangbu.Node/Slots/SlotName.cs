namespace Jangbu.Node.Slots;

/// <summary>What a slot holds (PROTOCOL §4.1).</summary>
internal enum SlotName
{
    /// <summary>A session description that asks for a channel.</summary>
    Offer,

    /// <summary>The description that answers it.</summary>
    Answer,

    /// <summary>The outer addresses of the writer's DHT node.</summary>
    Here,

    /// <summary>Envelopes, where no direct path exists.</summary>
    Letter,
}

/// <summary>A slot name as its bytes in hashes and seals.</summary>
internal static class SlotNameBytes
{
    /// <summary>The ASCII name.</summary>
    public static ReadOnlySpan<byte> Of(SlotName name) => name switch
    {
        SlotName.Offer => "offer"u8,
        SlotName.Answer => "answer"u8,
        SlotName.Here => "here"u8,
        SlotName.Letter => "letter"u8,
        _ => throw new System.Diagnostics.UnreachableException($"slot {name}"),
    };
}
