namespace Jangbu.WebRtc.Sctp;

/// <summary>What a DATA chunk says about the message that it is part of.</summary>
internal readonly record struct Fragment(byte Flags, StreamId Stream, Ssn Ssn, PayloadProtocol Protocol)
{
    public bool IsBeginning => (Flags & DataChunk.BeginningFlag) != 0;

    public bool IsEnding => (Flags & DataChunk.EndingFlag) != 0;

    public bool IsUnordered => (Flags & DataChunk.UnorderedFlag) != 0;

    /// <summary>Whether this can be a later fragment of the message that <paramref name="earlier"/> is part of.</summary>
    public bool Continues(in Fragment earlier) =>
        !IsBeginning && !earlier.IsEnding && Stream == earlier.Stream && IsUnordered == earlier.IsUnordered
        && (IsUnordered || Ssn == earlier.Ssn);
}
