using System.Net;
using System.Text;
using Jangbu.Tests.Ice;
using Jangbu.WebRtc.Stun;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Tests.Turn;

/// <summary>A STUN and TURN server in the virtual network (RFC 8656): long-term credentials, permissions, channels, UDP and streams.</summary>
internal sealed class VirtualTurnServer
{
    public const string Realm = "jangbu.test";
    public const string Username = "user";
    public const string Password = "secret";

    private readonly VirtualNetwork _network;
    private readonly Dictionary<string, Lease> _leases = [];
    private readonly Dictionary<IPEndPoint, Lease> _byRelayed = [];
    private readonly byte[] _key = StunWriter.LongTermKey(Username, Realm, Password);
    private int _nextPort = 50_000;
    private int _nonce;

    public VirtualTurnServer(VirtualNetwork network, IPEndPoint address)
    {
        _network = network;
        Address = address;
        network.AddHost(address.Address, (local, from, datagram) =>
        {
            if (_byRelayed.TryGetValue(local, out Lease? lease))
                FromPeer(lease, from, datagram);
            else if (local.Equals(address))
                FromClient($"udp {from}", from, datagram, answer => network.Send(address, from, answer));
        });
    }

    public IPEndPoint Address { get; }
    public bool IsDead { get; set; }
    public uint Lifetime { get; set; } = 600;
    public int Leases => _leases.Count;
    public int Refreshes { get; private set; }
    public List<string> Requests { get; } = [];

    /// <summary>Makes all nonces given out so far stale.</summary>
    public void AgeNonces() => _nonce++;

    /// <summary>Changes an answer before it leaves; null withholds it.</summary>
    public Func<byte[], byte[]?> Tamper { get; set; } = answer => answer;

    public TurnServer Client(TurnTransport transport = TurnTransport.Udp) =>
        new() { EndPoint = Address, Username = Username, Password = Password, Transport = transport };

    /// <summary>What came over a stream, one frame; <paramref name="seen"/> is the client's outer address.</summary>
    public void FromStream(string name, IPEndPoint seen, byte[] frame, Action<byte[]> answer) => FromClient(name, seen, frame, answer);

    private void FromClient(string name, IPEndPoint seen, byte[] datagram, Action<byte[]> answer)
    {
        if (IsDead)
            return;
        Lease? lease = _leases.GetValueOrDefault(name);
        if (ChannelData.TryRead(datagram, out int channel, out ReadOnlySpan<byte> payload))
        {
            if (lease is not null && lease.Channels.TryGetValue(channel, out IPEndPoint? peer))
                _network.Send(lease.Relayed, peer, payload);
            return;
        }

        if (!StunMessage.TryRead(datagram, out StunMessage message) || message.Class != StunClass.Request)
            return;
        Requests.Add($"{message.Method}{(message.HasIntegrity ? " signed" : "")}");
        void Reply(byte[] bytes)
        {
            if (Tamper(bytes) is { } changed)
                answer(changed);
        }

        byte[] buffer = new byte[512];
        if (message.Method == StunMethod.Binding)
        {
            var binding = new StunWriter(buffer, StunClass.Success, StunMethod.Binding, message.TransactionId);
            binding.Add(StunAttribute.XorMappedAddress, seen);
            Reply(binding.Message.ToArray());
            return;
        }

        string nonce = $"nonce{_nonce}";
        int refusal = !message.HasIntegrity ? 401
            : !message.TryGetText(StunAttribute.Nonce, 763, out string theirs) || theirs != nonce ? 438
            : !message.VerifyIntegrity(_key) ? 401
            : message.Method != StunMethod.Allocate && lease is null ? 437 : 0;
        if (refusal != 0)
        {
            var error = new StunWriter(buffer, StunClass.Error, message.Method, message.TransactionId);
            error.AddError(refusal, "no");
            error.Add(StunAttribute.Realm, Realm);
            error.Add(StunAttribute.Nonce, nonce);
            if (refusal == 437)
                error.AddIntegrity(_key);
            Reply(error.Message.ToArray());
            return;
        }

        var writer = new StunWriter(buffer, StunClass.Success, message.Method, message.TransactionId);
        switch (message.Method)
        {
            case StunMethod.Allocate:
                lease ??= Lend(name, answer);
                writer.Add(StunAttribute.XorRelayedAddress, lease.Relayed);
                writer.Add(StunAttribute.XorMappedAddress, seen);
                writer.Add(StunAttribute.Lifetime, Lifetime);
                break;
            case StunMethod.Refresh:
                Refreshes++;
                message.TryGetUInt32(StunAttribute.Lifetime, out uint lifetime);
                if (lifetime == 0)
                {
                    _leases.Remove(name);
                    _byRelayed.Remove(lease!.Relayed);
                }

                writer.Add(StunAttribute.Lifetime, lifetime == 0 ? 0 : Lifetime);
                break;
            case StunMethod.ChannelBind:
                message.TryGetUInt32(StunAttribute.ChannelNumber, out uint number);
                message.TryGetAddress(StunAttribute.XorPeerAddress, out IPEndPoint? bound);
                lease!.Channels[(int)(number >> 16)] = bound!;
                lease.Numbers[bound!] = (int)(number >> 16);
                lease.Permitted.Add(bound!.Address);
                break;
        }

        writer.AddIntegrity(_key);
        Reply(writer.Message.ToArray());
    }

    private Lease Lend(string name, Action<byte[]> answer)
    {
        var lease = new Lease(new IPEndPoint(Address.Address, _nextPort++), answer);
        _leases[name] = lease;
        _byRelayed[lease.Relayed] = lease;
        return lease;
    }

    private void FromPeer(Lease lease, IPEndPoint from, byte[] datagram)
    {
        if (IsDead || !lease.Permitted.Contains(from.Address))
            return;
        byte[] buffer = new byte[datagram.Length + 64];
        if (lease.Numbers.TryGetValue(from, out int channel))
        {
            int length = ChannelData.Write(buffer, channel, datagram, padded: true);
            lease.ToClient(buffer[..length]);
            return;
        }

        var id = StunTransactionId.Read(Encoding.ASCII.GetBytes("indication!!"));
        var indication = new StunWriter(buffer, StunClass.Indication, StunMethod.Data, id);
        indication.Add(StunAttribute.XorPeerAddress, from);
        indication.Add(StunAttribute.Data, datagram);
        lease.ToClient(indication.Message.ToArray());
    }

    private sealed class Lease(IPEndPoint relayed, Action<byte[]> toClient)
    {
        public IPEndPoint Relayed { get; } = relayed;
        public Action<byte[]> ToClient { get; } = toClient;
        public Dictionary<int, IPEndPoint> Channels { get; } = [];
        public Dictionary<IPEndPoint, int> Numbers { get; } = [];
        public HashSet<IPAddress> Permitted { get; } = [];
    }
}
