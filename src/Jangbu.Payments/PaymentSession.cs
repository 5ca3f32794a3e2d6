using System.Diagnostics.CodeAnalysis;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

/// <summary>
/// The conversation with one contact over one data channel (PROTOCOL §5): text messages in, text messages out. An engine; it belongs to
/// its <see cref="Bookkeeper"/>, and its messages come out only after the bookkeeper's flush.
/// </summary>
//  invitation: AwaitingCard --card--> AwaitingHello           Finish(): Open --all said, all answered--> Closing (bye sent) --bye, or 5 s--> Closed
//  contact:                           AwaitingHello --hello--> Open --bye (answered with bye)--> Closed
//  any state: transport lost, ten bad messages, a wrong hello, silence before the hello --> Closed
public sealed partial class PaymentSession
{
    /// <summary>Bytes that a message may have.</summary>
    public const int MaxMessage = 256 * 1024;

    /// <summary>What a peer takes that says nothing about it (PROTOCOL §4.2, `m`).</summary>
    public const int DefaultPeerMessage = 65_536;

    /// <summary>`sealed` that may be unanswered at once.</summary>
    public const int MaxUnanswered = 64;

    /// <summary>Bad messages before `bye` (PROTOCOL §8).</summary>
    public const int MaxBadMessages = 10;

    private const int MaxAgent = 64;
    // Opened one after another; a peer that sends faster without waiting for answers has left the protocol.
    private const int MaxWaiting = 4 * MaxUnanswered;
    private static readonly TimeSpan HelloTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ByeTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BusyTime = TimeSpan.FromSeconds(30);

    private readonly Bookkeeper _bookkeeper;
    private readonly Queue<string> _unflushed = new();
    private readonly Queue<string> _ready = new();
    private readonly string? _invitation;
    private Correspondence? _correspondence;
    private TimeSpan _now;
    private TimeSpan? _helloBy;
    private TimeSpan? _byeBy;
    private bool _byeSent, _wantsBye;
    private int _badMessages;

    internal PaymentSession(Bookkeeper bookkeeper, PeerId peer, Correspondence? with, string? invitation, int peerMessage, TimeSpan now)
    {
        (_bookkeeper, Peer, _correspondence, _invitation, _now) = (bookkeeper, peer, with, invitation, now);
        _budget = Math.Min(peerMessage == 0 ? DefaultPeerMessage : peerMessage, MaxMessage);
        _helloBy = now + HelloTime;
        State = with is null ? PaymentSessionState.AwaitingCard : PaymentSessionState.AwaitingHello;
        if (with is null)
            Say(new JsonText().BeginObject().Member("t", "card").Member("card", bookkeeper.Book.Card!.Jws));
        else
            SayHello();
    }

    /// <summary>With whom: the key was proved by the rendezvous.</summary>
    public PeerId Peer { get; }

    /// <summary>Where it stands.</summary>
    public PaymentSessionState State { get; private set; }

    /// <summary>What the peer calls its program; empty until its hello.</summary>
    public string Agent { get; private set; } = "";

    /// <summary>Messages that broke the protocol.</summary>
    public int BadMessages => _badMessages;

    /// <summary>Whether nothing of mine waits to be sent or answered, and nothing of theirs to be booked.</summary>
    public bool IsIdle => State == PaymentSessionState.Open && _unanswered.Count == 0 && _unansweredTheirs == 0 && _answers.Count == 0 && _giveBack.Count == 0
        && Correspondence.Inbox.Count == 0 && !Correspondence.IsBooking && IsAllSent;

    /// <summary>When <see cref="Bookkeeper.Turn"/> is to be called for this session.</summary>
    public TimeSpan? Deadline => State == PaymentSessionState.Closed ? null : _byeBy ?? _helloBy ?? _pausedUntil;

    internal Correspondence Correspondence => _correspondence ?? throw new InvalidOperationException("nobody is known yet on this session");

    /// <summary>The next message for the data channel, as text; only what the bookkeeper has flushed. Also to be drained after the session closed.</summary>
    public bool TryTransmit([NotNullWhen(true)] out string? message) => _ready.TryDequeue(out message);

    /// <summary>Ends the session as soon as nothing is left to say or to answer.</summary>
    public void Finish()
    {
        _wantsBye = true;
        TrySayBye();
    }

    /// <summary>The transport died.</summary>
    public void Abort() => Close(SessionEnd.Lost);

    /// <summary>Sends signalling for a voice call, once the session is open.</summary>
    public void Call(CallSignal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (State != PaymentSessionState.Open)
            return;
        JsonText json = new JsonText().BeginObject().Member("t", "call").Member("id", RecordId.Format(signal.Id));
        if (signal is { SdpType: string type, Sdp: string sdp })
            json.Name("sdp").BeginObject().Member("type", type).Member("sdp", sdp).EndObject();
        if (signal.End is string end)
            json.Member("end", end);
        Say(json);
    }

    internal void Advance(TimeSpan now)
    {
        _now = now;
        if (State == PaymentSessionState.Closed)
            return;
        if (_byeBy <= now)
            Close(SessionEnd.ByeUnanswered);
        else if (_helloBy <= now)
            Close(SessionEnd.Silent);
        else if (_pausedUntil <= now)
        {
            _pausedUntil = null;
            PumpOutgoing();
        }
    }

    internal void Release()
    {
        while (_unflushed.TryDequeue(out string? message))
            _ready.Enqueue(message);
    }

    internal void Close(SessionEnd end)
    {
        if (State == PaymentSessionState.Closed)
            return;
        State = PaymentSessionState.Closed;
        if (end == SessionEnd.Misbehaved && !_byeSent)
            SayBye();
        if (_correspondence is not null && end == SessionEnd.Bye)
        {
            foreach ((Guid lane, long seq) in _sent)
                _correspondence.Confirm(lane, seq);
        }
        _bookkeeper.Forget(this, end);
    }

    private void SayHello()
    {
        Account account = Correspondence.Contact.Account;
        JsonText json = new JsonText().BeginObject().Member("t", "hello").Member("v", 1).Member("agent", Bookkeeper.Agent)
            .Member("from", _bookkeeper.Book.Me.ToString()).Member("to", Peer.ToString());
        LaneHeads.Write(json.Name("heads"), account.Mine.Select(lane => lane.Head));
        LaneHeads.Write(json.Name("yours"), account.Theirs.Select(lane => lane.Head));
        Say(json);
    }

    private void TrySayBye()
    {
        if (!_wantsBye || _byeSent || !IsIdle)
            return;
        SayBye();
        State = PaymentSessionState.Closing;
        _byeBy = _now + ByeTime;
    }

    private void SayBye()
    {
        Say(new JsonText().BeginObject().Member("t", "bye"));
        _byeSent = true;
    }

    private void Say(JsonText open) => _unflushed.Enqueue(Encoding.UTF8.GetString(open.EndObject().ToUtf8()));
}

/// <summary>Where a session stands.</summary>
public enum PaymentSessionState
{
    /// <summary>By an invitation: the other's card is to come.</summary>
    AwaitingCard,

    /// <summary>The other's hello is to come.</summary>
    AwaitingHello,

    /// <summary>Both hellos were said.</summary>
    Open,

    /// <summary>I said bye.</summary>
    Closing,

    /// <summary>It is over.</summary>
    Closed,
}
