namespace Jangbu.WebRtc.Sctp;

/// <summary>A whole message in a pooled buffer.</summary>
internal readonly record struct ReceivedMessage(StreamId Stream, PayloadProtocol Protocol, bool IsUnordered, Ssn Ssn, byte[] Buffer, int Length);
