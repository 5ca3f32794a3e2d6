using System.Net;
using Jangbu.WebRtc.Stun;

namespace Jangbu.WebRtc.Turn;

public sealed partial class TurnAllocation
{
    /// <summary>Rc of RFC 8489 §6.2.1.</summary>
    public const int MaxSends = 7;

    /// <summary>401 and 438 are answered with fresh credentials this often; a server that goes on asking is broken or hostile.</summary>
    public const int MaxRetries = 3;

    /// <summary>REALM and NONCE have at most 128 characters and 763 bytes (RFC 8489 §14.9, §14.10).</summary>
    private const int MaxTextBytes = 763;

    /// <summary>Over a stream nothing is repeated; a server that takes longer is given up (Ti of RFC 8489 §6.2.2 is 39.5 s, too long for a person).</summary>
    private static readonly TimeSpan StreamTimeout = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    private readonly Dictionary<StunTransactionId, Transaction> _transactions = [];
    private string _realm = "";
    private string _nonce = "";
    private byte[]? _key;

    private void Begin(TimeSpan now, StunMethod method, Peer? peer, uint lifetime)
    {
        var transaction = new Transaction(method, peer, lifetime);
        Send(now, transaction);
    }

    /// <summary>Sends a transaction under a new id with the credentials as they are now.</summary>
    private void Send(TimeSpan now, Transaction transaction)
    {
        transaction.Id = StunTransactionId.Create(_random);
        transaction.WasSigned = _key is not null;
        Span<byte> buffer = stackalloc byte[StunWriter.BufferLength];
        var writer = new StunWriter(buffer, StunClass.Request, transaction.Method, transaction.Id);
        switch (transaction.Method)
        {
            case StunMethod.Allocate:
                writer.Add(StunAttribute.RequestedTransport, 17u << 24);
                writer.Add(StunAttribute.Lifetime, transaction.Lifetime);
                break;
            case StunMethod.Refresh:
                writer.Add(StunAttribute.Lifetime, transaction.Lifetime);
                break;
            case StunMethod.ChannelBind:
                writer.Add(StunAttribute.ChannelNumber, (uint)transaction.Peer!.Channel << 16);
                writer.Add(StunAttribute.XorPeerAddress, transaction.Peer.EndPoint);
                break;
        }

        if (_key is not null)
        {
            writer.Add(StunAttribute.Username, _server.Username);
            writer.Add(StunAttribute.Realm, _realm);
            writer.Add(StunAttribute.Nonce, _nonce);
            writer.AddIntegrity(_key);
        }

        writer.AddFingerprint();
        transaction.Bytes = writer.Message.ToArray();
        transaction.Sends = 1;
        transaction.Wait = IsStream ? StreamTimeout : _retransmission;
        transaction.NextSend = now + transaction.Wait;
        _transactions[transaction.Id] = transaction;
        _outgoing.Enqueue(transaction.Bytes);
    }

    private void AdvanceTransactions(TimeSpan now)
    {
        foreach (Transaction transaction in _transactions.Values)
        {
            if (transaction.NextSend > now)
                continue;
            if (IsStream || transaction.Sends >= MaxSends)
            {
                _transactions.Remove(transaction.Id);
                Abandon(transaction, 0);
                continue;
            }

            transaction.Sends++;
            // The first is waited for by a person, so it is repeated evenly; the last wait and all later requests are patient.
            if (transaction.Method != StunMethod.Allocate)
                transaction.Wait = transaction.Wait * 2 < LongestWait ? transaction.Wait * 2 : LongestWait;
            else if (transaction.Sends == MaxSends)
                transaction.Wait *= 8;
            transaction.NextSend = now + transaction.Wait;
            _outgoing.Enqueue(transaction.Bytes);
        }
    }

    private void TakeAnswer(TimeSpan now, StunMessage message)
    {
        if (!_transactions.TryGetValue(message.TransactionId, out Transaction? transaction) || message.Method != transaction.Method)
            return;
        int code = message.Class == StunClass.Error ? message.ErrorCode : 0;
        if (code is 401 or 438)
        {
            // These two cannot be signed with a key that the server says is wrong or old (RFC 8489 §9.2.5).
            _transactions.Remove(transaction.Id);
            if (transaction.Retries++ < MaxRetries && TakeChallenge(message, transaction, code))
                Send(now, transaction);
            else
                Abandon(transaction, code);
            return;
        }

        // What a signed request brought must be signed: else anyone who saw the transaction id could lend us an address of his own.
        if (transaction.WasSigned && !message.VerifyIntegrity(_key))
            return;
        _transactions.Remove(transaction.Id);
        if (message.Class == StunClass.Error || message.FindUnknown(stackalloc ushort[1]) > 0)
            Abandon(transaction, code);
        else
            Grant(now, transaction, message);
    }

    /// <summary>Takes realm and nonce. A second 401 with the same nonce means wrong credentials: asking again would change nothing.</summary>
    private bool TakeChallenge(StunMessage message, Transaction transaction, int code)
    {
        if (!message.TryGetText(StunAttribute.Realm, MaxTextBytes, out string realm) || !message.TryGetText(StunAttribute.Nonce, MaxTextBytes, out string nonce))
            return false;
        if (code == 401 && transaction.WasSigned && nonce == _nonce)
            return false;
        _nonce = nonce;
        if (_key is null || realm != _realm)
        {
            _realm = realm;
            _key = StunWriter.LongTermKey(_server.Username, realm, _server.Password);
        }

        return true;
    }

    private void Grant(TimeSpan now, Transaction transaction, StunMessage message)
    {
        switch (transaction.Method)
        {
            case StunMethod.Allocate:
                if (!message.TryGetAddress(StunAttribute.XorRelayedAddress, out IPEndPoint? relayed) || relayed!.Port == 0)
                {
                    Fail(0);
                    return;
                }

                Relayed = relayed;
                Mapped = message.TryGetMappedAddress(out IPEndPoint? mapped) ? mapped : null;
                State = TurnState.Ready;
                ScheduleRefresh(now, message);
                break;
            case StunMethod.Refresh:
                ScheduleRefresh(now, message);
                break;
            case StunMethod.ChannelBind:
                transaction.Peer!.IsBound = true;
                transaction.Peer.IsRenewing = false;
                transaction.Peer.RefreshAt = now + PeerRefresh;
                break;
        }
    }

    /// <summary>A minute before the end, or at half of a short lifetime.</summary>
    private void ScheduleRefresh(TimeSpan now, StunMessage message)
    {
        uint seconds = message.TryGetUInt32(StunAttribute.Lifetime, out uint lifetime) ? Math.Min(lifetime, 3600) : WantedLifetimeSeconds;
        TimeSpan wait = TimeSpan.FromSeconds(seconds > 120 ? seconds - 60 : seconds / 2);
        _refreshAt = now + (wait < LeastRefresh ? LeastRefresh : wait);
    }

    private void Abandon(Transaction transaction, int code)
    {
        if (transaction.Peer is { } peer)
        {
            peer.IsBound = false;
            peer.IsRenewing = false;
            peer.IsRefused = true;
        }
        else if (transaction.Lifetime != 0)
        {
            Fail(code);
        }
    }

    private sealed class Transaction(StunMethod method, Peer? peer, uint lifetime)
    {
        public StunMethod Method { get; } = method;
        public Peer? Peer { get; } = peer;
        public uint Lifetime { get; } = lifetime;
        public StunTransactionId Id { get; set; }
        public byte[] Bytes { get; set; } = [];
        public bool WasSigned { get; set; }
        public int Sends { get; set; }
        public int Retries { get; set; }
        public TimeSpan Wait { get; set; }
        public TimeSpan NextSend { get; set; }
    }
}
