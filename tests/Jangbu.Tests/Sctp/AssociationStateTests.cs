using System.Buffers.Binary;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>Every chunk in every state (RFC 9260 §4, §5.2, §8.4, §8.5, §9), and the collisions of §5.2.4.</summary>
public sealed class AssociationStateTests
{
    // C Closed, W CookieWait, E CookieEchoed, T Established, P ShutdownPending, S ShutdownSent, R ShutdownReceived, A ShutdownAckSent.
    private const string States = "CWETPSRA";

    /// <summary>For each chunk, by state: the state after, then what is answered.</summary>
    private static readonly string[] Table =
    [
        "Data              | C Abort            | W         | E            | T Sack      | P Sack      | S Sack+Shutdown | R           | A",
        "Init              | C InitAck          | W InitAck | E InitAck    | T InitAck   | P InitAck   | S InitAck   | R InitAck   | A ShutdownAck",
        "InitAck           | C                  | E CookieEcho | E         | T           | P           | S           | R           | A",
        "Sack              | C Abort            | W         | E            | T           | P           | S           | R           | A",
        "Heartbeat         | C Abort            | W         | E            | T HeartbeatAck | P HeartbeatAck | S HeartbeatAck | R HeartbeatAck | A HeartbeatAck",
        "HeartbeatAck      | C                  | W         | E            | T           | P           | S           | R           | A",
        "Abort             | C                  | C         | C            | C           | C           | C           | C           | C",
        "Shutdown          | C Abort            | W         | E            | A ShutdownAck | R         | A ShutdownAck | R         | A ShutdownAck",
        "ShutdownAck       | C ShutdownComplete | W ShutdownComplete | E ShutdownComplete | T | P | C ShutdownComplete | R      | C ShutdownComplete",
        "Error             | C                  | W         | E            | T           | P           | S           | R           | A",
        "CookieEcho        | T CookieAck        | T CookieAck | T CookieAck | T CookieAck | P CookieAck | S          | R           | A",
        "CookieAck         | C                  | W         | T            | T           | P           | S           | R           | A",
        "ShutdownComplete  | C                  | W         | E            | T           | P           | S           | R           | C",
        "Reconfiguration   | C Abort            | W         | E            | T Reconfiguration | P Reconfiguration | S     | R Reconfiguration | A",
        "ForwardTsn        | C Abort            | W         | E            | T Sack      | P Sack      | S Sack      | R           | A",
        "63                | C Abort            | W         | E            | T           | P           | S           | R           | A",
        "127               | C Abort            | W         | E            | T Error     | P Error     | S Error     | R Error     | A Error",
        "191               | C Abort            | W         | E            | T           | P           | S           | R           | A",
        "255               | C Abort            | W         | E            | T Error     | P Error     | S Error     | R Error     | A Error",
    ];

    public static TheoryData<string, char, string> Cells()
    {
        TheoryData<string, char, string> cells = [];
        foreach (string row in Table)
        {
            string[] parts = row.Split('|', StringSplitOptions.TrimEntries);
            for (int i = 0; i < States.Length; i++)
                cells.Add(parts[0], States[i], parts[i + 1]);
        }
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Chunk_InEachState_DoesWhatTheTableSays(string chunk, char state, string expected)
    {
        RawPeer peer = In(state);
        ChunkType type = Enum.Parse<ChunkType>(chunk);
        byte[] bytes = Make(type, peer, state);
        int before = peer.Events.Count;
        List<RawChunk> answers = peer.Answer(bytes, type == ChunkType.Init ? 0 : peer.SubjectTag);
        string answered = string.Join('+', answers.Where(answer => answer.Type != ChunkType.Data).Select(answer => answer.Type));
        Assert.Equal(expected, $"{Letter(peer.Subject.State)} {answered}".TrimEnd());
        // And nothing throws or stays behind when the same comes again.
        for (int i = 0; i < 3; i++)
            peer.Answer(bytes, type == ChunkType.Init ? 0 : peer.SubjectTag);
        Assert.InRange(peer.Events.Count - before, 0, 2);
        if (peer.Subject.IsEnded)
            Assert.Null(peer.Subject.Deadline);
    }

    [Theory]
    [InlineData("Data")]
    [InlineData("Sack")]
    [InlineData("Abort")]
    [InlineData("Shutdown")]
    [InlineData("ShutdownComplete")]
    [InlineData("Heartbeat")]
    public void Chunk_UnderAWrongTag_ChangesNothing(string chunk)
    {
        RawPeer peer = In('T');
        Assert.Empty(peer.Answer(Make(Enum.Parse<ChunkType>(chunk), peer, 'T'), peer.SubjectTag ^ 1));
        Assert.Equal(AssociationState.Established, peer.Subject.State);
        Assert.Single(peer.Events);
    }

    [Fact]
    public void Abort_ReflectingThePeersTag_IsTaken()
    {
        RawPeer peer = In('T');
        peer.Answer(RawChunk.Make(ChunkType.Abort, 1), RawPeer.Tag);
        Assert.Equal(AssociationCloseReason.AbortedByPeer, peer.Subject.CloseReason);
    }

    [Fact]
    public void Init_BundledOrTagged_IsDropped()
    {
        RawPeer peer = new();
        Assert.Empty(peer.Answer([RawPeer.Init(), RawPeer.Data(0, "x")], tag: 0));
        Assert.Empty(peer.Answer(RawPeer.Init(), tag: 5));
        Assert.Single(peer.Answer(RawPeer.Init(), tag: 0));
    }

    [Fact]
    public void OutOfTheBlue_TagIsReflected()
    {
        RawPeer peer = new();
        RawChunk abort = peer.Answer(RawPeer.Data(0, "x"), tag: 0xABCD).Single();
        Assert.Equal((ChunkType.Abort, 1, 0xABCDu), (abort.Type, abort.Flags, abort.Tag));
        RawChunk complete = peer.Answer(RawChunk.Make(ChunkType.ShutdownAck, 0), tag: 0xABCD).Single();
        Assert.Equal((ChunkType.ShutdownComplete, 1, 0xABCDu), (complete.Type, complete.Flags, complete.Tag));
    }

    [Fact]
    public void Restart_OfThePeer_BeginsAnewAndTells()
    {
        // Case A: both tags are new, the tie-tags are those of the association.
        RawPeer peer = In('T');
        peer.Answer(RawPeer.Data(0, "before"));
        peer.Subject.Send(peer.Now, new StreamId(1), PayloadProtocol.Text, "lost"u8);
        peer.Take();
        uint oldTag = peer.SubjectTag;
        peer.Answer(RawPeer.Init(tag: 0x2222), tag: 0);
        Assert.NotEqual(oldTag, peer.SubjectTag);
        RawChunk answer = peer.Answer(peer.CookieEcho()).Single();
        Assert.Equal((ChunkType.CookieAck, 0x2222u), (answer.Type, answer.Tag));
        Assert.Equal(AssociationEventKind.Restarted, peer.Events[^1].Kind);
        peer.Answer(RawPeer.Data(0, "after"));
        Assert.Equal(["before", "after"], peer.Texts());
        peer.Subject.Send(peer.Now, new StreamId(1), PayloadProtocol.Text, "new"u8);
        RawChunk data = peer.Take().Single(chunk => chunk.Type == ChunkType.Data);
        Assert.Equal((peer.SubjectTsn, 0), (data.Tsn, BinaryPrimitives.ReadUInt16BigEndian(data.Value.AsSpan(6))));
    }

    [Fact]
    public void Restart_WhileWeShutDown_IsToldSo()
    {
        RawPeer peer = In('S');
        uint tag = peer.SubjectTag;
        byte[] shutdown = Make(ChunkType.Shutdown, peer, 'S');
        byte[] echo = CookieOfAnother(peer);
        peer.Answer(shutdown, tag);
        List<RawChunk> answers = peer.Answer(echo, peer.SubjectTag);
        Assert.Equal([ChunkType.ShutdownAck, ChunkType.Error], answers.Select(answer => answer.Type));
        Assert.Equal(ErrorCauseCode.CookieReceivedWhileShuttingDown, answers[1].Cause);
        Assert.Equal(AssociationState.ShutdownAckSent, peer.Subject.State);
    }

    [Fact]
    public void Cookie_OfAnAssociationReplacedSince_IsDropped()
    {
        // Case C and the rest: another local tag, and tie-tags that tie nothing.
        RawPeer peer = In('T');
        byte[] first = CookieOfAnother(peer);
        uint firstTag = peer.SubjectTag;
        byte[] second = CookieOfAnother(peer);
        Assert.Equal(ChunkType.CookieAck, peer.Answer(second, peer.SubjectTag).Single().Type);
        Assert.Empty(peer.Answer(first, firstTag));
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.Restarted);
    }

    [Fact]
    public void BothBegin_PeerTookANewTagSince_ItsCookieWins()
    {
        // Case B: our tag, another of the peer's: it had answered our INIT before it sent its own.
        RawPeer peer = In('E');
        peer.Answer(RawPeer.Init(tag: 0x3333), tag: 0);
        RawChunk answer = peer.Answer(peer.CookieEcho()).Single(chunk => chunk.Type == ChunkType.CookieAck);
        Assert.Equal(0x3333u, answer.Tag);
        Assert.Equal(AssociationState.Established, peer.Subject.State);
        peer.Answer(RawPeer.Data(0, "x"));
        Assert.Equal(["x"], peer.Texts());
    }

    [Fact]
    public void StaleCookieError_WhileEchoing_BeginsAgain()
    {
        RawPeer peer = In('E');
        List<RawChunk> answers = peer.Answer(ErrorCause.StaleCookie(TimeSpan.FromSeconds(1)));
        Assert.Equal(ChunkType.Init, answers.Single().Type);
        Assert.Equal(AssociationState.CookieWait, peer.Subject.State);
        Assert.NotNull(peer.Subject.Deadline);
    }

    [Fact]
    public void ShutdownAck_Unanswered_IsRepeatedUntilTheGuard()
    {
        RawPeer peer = In('A');
        List<RawChunk> all = peer.Pass(TimeSpan.FromMinutes(5));
        Assert.True(all.Count(chunk => chunk.Type == ChunkType.ShutdownAck) > 3);
        Assert.Equal(AssociationCloseReason.PeerUnreachable, peer.Subject.CloseReason);
    }

    private static char Letter(AssociationState state) => States[(int)state];

    private static RawPeer In(char state)
    {
        RawPeer peer = new();
        switch (state)
        {
            case 'C':
                peer.Answer(RawPeer.Init(), tag: 0);
                break;
            case 'W':
            case 'E':
                peer.Subject.Connect(peer.Now);
                peer.Take();
                if (state == 'E')
                    peer.Answer(Make(ChunkType.InitAck, peer, state));
                peer.Answer(RawPeer.Init(), tag: 0);
                break;
            default:
                peer.Establish(1 << 20, 100, RawPeer.Extensions);
                break;
        }
        if (state is 'P' or 'R')
        {
            peer.Subject.Send(peer.Now, new StreamId(1), PayloadProtocol.Text, "outstanding"u8);
            peer.Take();
        }
        if (state is 'P' or 'S')
            peer.Subject.Shutdown(peer.Now);
        peer.Take();
        if (state is 'R' or 'A')
            peer.Answer(Make(ChunkType.Shutdown, peer, state));
        Assert.Equal(state, Letter(peer.Subject.State));
        return peer;
    }

    private static byte[] Make(ChunkType type, RawPeer peer, char state) => type switch
    {
        ChunkType.Data => RawPeer.Data(0, "x", flags: 3 | DataChunk.ImmediateFlag),
        ChunkType.Init => RawPeer.Init(tag: state == 'T' ? 0x4444 : RawPeer.Tag),
        ChunkType.InitAck => RawPeer.Init(ChunkType.InitAck, parameters: RawChunk.Parameter(7, 1, 2, 3, 4)),
        ChunkType.Sack => peer.Sack(-1),
        ChunkType.Heartbeat => RawChunk.Make(type, 0, RawChunk.Parameter(1, 1, 2, 3, 4)),
        ChunkType.HeartbeatAck => RawChunk.Make(type, 0, RawChunk.Parameter(1, 1, 2, 3, 4)),
        ChunkType.Shutdown => RawChunk.Make(type, 0, Bytes(peer.SubjectTsn.Previous.Value)),
        ChunkType.Error => ErrorCause.Chunk(type, ErrorCauseCode.UnrecognizedChunkType, [1, 2, 3, 4]),
        ChunkType.CookieEcho => peer.CookieEcho(),
        ChunkType.Reconfiguration => RawChunk.Make(
            type, 0, RawChunk.Parameter(13, [.. Bytes(RawPeer.FirstTsn.Value), 0, 0, 0, 0, .. Bytes(RawPeer.FirstTsn.Previous.Value), 0, 1])),
        ChunkType.ForwardTsn => RawChunk.Make(type, 0, Bytes(RawPeer.FirstTsn.Value)),
        _ => RawChunk.Make(type, 0),
    };

    /// <summary>The COOKIE ECHO of a peer that forgot everything and began anew; leaves the tag it must go under in the peer.</summary>
    private static byte[] CookieOfAnother(RawPeer peer)
    {
        peer.Answer(RawPeer.Init(tag: 0x5555), tag: 0);
        return peer.CookieEcho();
    }

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
