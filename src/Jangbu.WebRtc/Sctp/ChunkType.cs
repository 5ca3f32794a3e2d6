namespace Jangbu.WebRtc.Sctp;

/// <summary>Chunk types in use here (RFC 9260 §3.2, RFC 3758, RFC 6525). An unknown type's two high bits say what to do with it.</summary>
internal enum ChunkType
{
    Data = 0,
    Init = 1,
    InitAck = 2,
    Sack = 3,
    Heartbeat = 4,
    HeartbeatAck = 5,
    Abort = 6,
    Shutdown = 7,
    ShutdownAck = 8,
    Error = 9,
    CookieEcho = 10,
    CookieAck = 11,
    ShutdownComplete = 14,
    Reconfiguration = 130,
    ForwardTsn = 192,
}
