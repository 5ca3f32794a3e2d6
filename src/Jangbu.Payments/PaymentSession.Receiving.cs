using System.Diagnostics.CodeAnalysis;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

public sealed partial class PaymentSession
{
    private const int MaxSdp = 16 * 1024;
    private const int MaxCallEnd = 64;
    private long _lastN;
    private int _unansweredTheirs;

    /// <summary>Takes one message of the data channel. Never throws for what a peer sends.</summary>
    /// <param name="message">Its bytes.</param>
    /// <param name="isText">Whether it came as text (PPID 51).</param>
    public void Receive(ReadOnlySpan<byte> message, bool isText = true)
    {
        if (State == PaymentSessionState.Closed)
            return;
        if (message.Length > MaxMessage)
            Bad(RefusalCode.TooLarge);
        else if (!isText || !StrictJson.TryParse(message, out JsonValue? json) || !json.TryGetText("t", out string? type))
            Bad();
        else if (State == PaymentSessionState.AwaitingCard)
            TakeCard(type, json);
        else if (State == PaymentSessionState.AwaitingHello)
            TakeHello(type, json);
        else
            Take(type, json);
    }

    private void Take(string type, JsonValue json)
    {
        switch (type)
        {
            case "sealed" when json.HasMembers(["t", "n", "envelope"]) && json.TryGetInteger("n", out long n) && n == _lastN + 1 && IsEnvelope(json):
                _lastN = n;
                TakeSealed(n, json["envelope"]!);
                break;
            case "received" when json.HasMembers(["t", "n"], ["envelope"]) && json.TryGetInteger("n", out long n) && (json["envelope"] is null || IsEnvelope(json)):
                TakeReceived(n, json["envelope"]);
                break;
            case "processed" when json.HasMembers(["t", "envelope"]) && IsEnvelope(json):
                TakeEnvelope(json["envelope"]!, 0);
                break;
            case "refused" when TryReadRefused(json, out long n, out RefusalCode code, out LaneHead? head):
                TakeRefused(n, code, head);
                break;
            case "call" when TryReadCall(json, out CallSignal? signal):
                _bookkeeper.RaiseFor(this, new PaymentEvent.Call(Peer, signal));
                break;
            case "bye" when json.HasMembers(["t"]):
                Correspondence.Inbox.Enqueue(new Inbound { Handle = TakeBye });
                _bookkeeper.Pump(Correspondence);
                break;
            default:
                Bad();
                break;
        }
    }

    private static bool IsEnvelope(JsonValue json) => json["envelope"] is { Kind: JsonKind.Object };

    private void TakeSealed(long n, JsonValue envelope)
    {
        if (_unansweredTheirs >= MaxUnanswered)
        {
            SayRefused(n, RefusalCode.Busy, null);
            return;
        }
        _unansweredTheirs++;
        TakeEnvelope(envelope, n);
    }

    private void TakeEnvelope(JsonValue envelope, long n)
    {
        if (Correspondence.Inbox.Count >= MaxWaiting)
            Close(SessionEnd.Misbehaved);
        else
            _bookkeeper.TakeFromSession(this, envelope, n);
    }

    private void TakeReceived(long n, JsonValue? envelope)
    {
        while (_unanswered.TryPeek(out Unanswered first) && first.N <= n)
        {
            _unanswered.Dequeue();
            if (!first.IsGivenBack)
                Correspondence.Confirm(first.Lane, first.To);
        }
        if (envelope is not null)
            TakeEnvelope(envelope, 0);
        PumpOutgoing();
    }

    private void TakeCard(string type, JsonValue json)
    {
        if (type == "bye" && json.HasMembers(["t"]))
            TakeBye();
        else if (type != "card" || !json.HasMembers(["t", "card"]) || !json.TryGetText("card", out string? text) || !ContactCard.TryRead(text, out ContactCard? card, out _)
            || card.Id != Peer)
            Close(SessionEnd.Misbehaved);
        else if (_bookkeeper.Meet(this, card, _invitation) is not Correspondence met)
            Close(SessionEnd.Misbehaved);
        else
        {
            _correspondence = met;
            State = PaymentSessionState.AwaitingHello;
            SayHello();
        }
    }

    private void TakeHello(string type, JsonValue json)
    {
        if (type == "bye" && json.HasMembers(["t"]))
        {
            TakeBye();
            return;
        }
        if (type == "hello" && json.TryGetInteger("v", out long version) && version != 1)
        {
            SayRefused(0, RefusalCode.Version, null);
            Close(SessionEnd.Misbehaved);
            return;
        }
        if (type != "hello" || !json.HasMembers(["t", "v", "agent", "from", "to", "heads", "yours"]) || !json.TryGetInteger("v", out _)
            || !json.TryGetText("agent", out string? agent) || StrictJson.CodePoints(agent) > MaxAgent
            || !json.TryGetText("from", out string? from) || !json.TryGetText("to", out string? to)
            || !LaneHeads.TryRead(json["heads"], LaneHead.MaxLanes, out LaneHead[]? heads) || !LaneHeads.TryRead(json["yours"], LaneHead.MaxLanes, out LaneHead[]? yours))
        {
            Bad();
            return;
        }
        if (from != Peer.ToString() || to != _bookkeeper.Book.Me.ToString())
        {
            Close(SessionEnd.Misbehaved);
            return;
        }
        Agent = agent;
        State = PaymentSessionState.Open;
        _helloBy = null;
        _bookkeeper.RaiseFor(this, new PaymentEvent.SessionOpened(Peer, agent));
        Reconcile(heads, yours);
        _bookkeeper.Pump(Correspondence);
    }

    private void TakeBye()
    {
        if (State == PaymentSessionState.Closed)
            return;
        if (_correspondence is not null)
            SendAnswers();
        if (!_byeSent)
            SayBye();
        Close(SessionEnd.Bye);
    }

    private void Bad(RefusalCode code = RefusalCode.BadRecord)
    {
        SayRefused(0, code, null);
        if (++_badMessages >= MaxBadMessages)
            Close(SessionEnd.Misbehaved);
    }

    private static bool TryReadRefused(JsonValue json, out long n, out RefusalCode code, out LaneHead? head)
    {
        (code, head) = (default, null);
        if (!json.TryGetInteger("n", out n) || !json.HasMembers(["t", "n", "code"], ["head"]) || !json.TryGetText("code", out string? name)
            || !WireName.TryReadRefusal(name, out code))
            return false;
        LaneHead named = default;
        if (json["head"] is not null && !LaneHeads.TryReadOne(json["head"], out named))
            return false;
        head = json["head"] is null ? null : named;
        return true;
    }

    private static bool TryReadCall(JsonValue json, [NotNullWhen(true)] out CallSignal? signal)
    {
        signal = null;
        string? type = null, sdp = null, end = null;
        if (!json.HasMembers(["t", "id"], ["sdp", "end"]) || !json.TryGetText("id", out string? idText) || !RecordId.TryParse(idText, out Guid id))
            return false;
        if (json["sdp"] is { } description && !(description.HasMembers(["type", "sdp"]) && description.TryGetText("type", out type) && type is "offer" or "answer"
            && description.TryGetText("sdp", out sdp) && sdp.Length <= MaxSdp))
            return false;
        if (json["end"] is not null && !(json.TryGetText("end", out end) && StrictJson.CodePoints(end) <= MaxCallEnd))
            return false;
        signal = new CallSignal(id, type, sdp, end);
        return true;
    }
}
