using System.Net;
using System.Text;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Ice;

/// <summary>One agent on a socket, and the datagrams of a peer made by hand: for rules that no well-behaved agent would try.</summary>
internal sealed class RawPeer
{
    public static readonly IPEndPoint Local = IPEndPoint.Parse("192.0.2.1:4000");
    public static readonly IPEndPoint Remote = IPEndPoint.Parse("198.51.100.1:5000");
    public static readonly IceCredentials Credentials = new("peerpeer", "peer-password-of-24-chars");

    private ulong _nextId = 1;

    public RawPeer(IceOptions? options = null, bool remoteKnown = true, string local = "192.0.2.1:4000")
    {
        Agent = new IceAgent(options ?? AgentHost.Controlling, new SeededRandom(7));
        Agent.AddLocalAddress(Now, IPEndPoint.Parse(local));
        if (remoteKnown)
            Agent.SetRemote(Now, Credentials);
    }

    public IceAgent Agent { get; }
    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(100);

    public static Candidate CandidateAt(string endpoint, CandidateType type = CandidateType.Host, uint priority = 2_130_706_431) =>
        new() { Foundation = endpoint, Priority = priority, EndPoint = IPEndPoint.Parse(endpoint), Type = type };

    /// <summary>A check as RFC 8445 §7.2.2 wants it, with one thing changed where a test asks for it.</summary>
    public byte[] Check(StunAttribute role = StunAttribute.IceControlled, ulong tieBreaker = 1, bool useCandidate = false, string? username = null,
        string? password = null, StunAttribute? extra = null, bool priority = true, bool sha256 = false, bool signed = true, bool fingerprint = true)
    {
        var writer = new StunWriter(stackalloc byte[512], StunClass.Request, StunMethod.Binding, new StunTransactionId(9, _nextId++));
        writer.Add(StunAttribute.Username, username ?? $"{Agent.LocalCredentials.UsernameFragment}:{Credentials.UsernameFragment}");
        if (priority)
            writer.Add(StunAttribute.Priority, 1_862_270_975u);
        writer.Add(role, tieBreaker);
        if (useCandidate)
            writer.Add(StunAttribute.UseCandidate, []);
        if (extra is { } attribute)
            writer.Add(attribute, 1u);
        byte[] key = Encoding.UTF8.GetBytes(password ?? Agent.LocalCredentials.Password);
        if (signed && sha256)
            writer.AddIntegritySha256(key);
        else if (signed)
            writer.AddIntegrity(key);
        if (fingerprint)
            writer.AddFingerprint();
        return writer.Message.ToArray();
    }

    /// <summary>The peer's answer to a check of ours.</summary>
    public static byte[] Answer(byte[] request, string? password = null, int error = 0, IPEndPoint? mapped = null, StunAttribute? extra = null)
    {
        Assert.True(StunMessage.TryRead(request, out StunMessage asked));
        var writer = new StunWriter(stackalloc byte[512], error == 0 ? StunClass.Success : StunClass.Error, StunMethod.Binding, asked.TransactionId);
        if (error == 0)
            writer.Add(StunAttribute.XorMappedAddress, mapped ?? Local);
        else
            writer.AddError(error, "no");
        if (extra is { } attribute)
            writer.Add(attribute, 1u);
        writer.AddIntegrity(Encoding.UTF8.GetBytes(password ?? Credentials.Password));
        writer.AddFingerprint();
        return writer.Message.ToArray();
    }

    public bool Give(byte[] datagram, IPEndPoint? from = null) => Agent.Receive(Now, Local, from ?? Remote, datagram, out _);

    public List<(IPEndPoint To, byte[] Bytes)> Sent()
    {
        var sent = new List<(IPEndPoint, byte[])>();
        Span<byte> buffer = stackalloc byte[4096];
        while (Agent.TryTransmit(buffer, out int length, out _, out IPEndPoint to))
            sent.Add((to, buffer[..length].ToArray()));
        return sent;
    }

    /// <summary>What is sent until a time, advancing at each deadline.</summary>
    public List<(TimeSpan At, IPEndPoint To, byte[] Bytes)> SentFor(TimeSpan time)
    {
        var all = new List<(TimeSpan, IPEndPoint, byte[])>();
        TimeSpan end = Now + time;
        for (int steps = 0; ; steps++)
        {
            Assert.True(steps < 100_000, "deadlines in the past");
            foreach ((IPEndPoint to, byte[] bytes) in Sent())
                all.Add((Now, to, bytes));
            if (Agent.Deadline is not { } due || due > end)
                break;
            Now = due > Now ? due : Now;
            Agent.Advance(Now);
        }

        Now = end;
        return all;
    }

    /// <summary>Connects: our check answered, our nomination answered.</summary>
    public void Connect()
    {
        Agent.AddRemoteCandidate(Now, CandidateAt(Remote.ToString()));
        for (int round = 0; round < 4 && Agent.State != IceState.Connected; round++)
        {
            foreach ((IPEndPoint to, byte[] bytes) in Sent().Where(sent => ClassOf(sent.Bytes) == StunClass.Request))
                Give(Answer(bytes), to);
        }

        Assert.Equal(IceState.Connected, Agent.State);
    }

    public static StunClass ClassOf(byte[] datagram) => StunMessage.TryRead(datagram, out StunMessage message) ? message.Class : throw new InvalidOperationException("no STUN");

    public static int ErrorOf(byte[] datagram) => StunMessage.TryRead(datagram, out StunMessage message) ? message.ErrorCode : -1;

    public static bool Has(byte[] datagram, StunAttribute attribute) => StunMessage.TryRead(datagram, out StunMessage message) && message.Has(attribute);
}
