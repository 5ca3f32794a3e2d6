using Jangbu.WebRtc.Dtls;

namespace Jangbu.Tests.Dtls;

/// <summary>Two sessions and a link between them that a test may spoil.</summary>
internal sealed class Ends : IDisposable
{
    private readonly byte[] _buffer = new byte[20_000];

    public required DtlsCertificate ClientCertificate { get; init; }

    public required DtlsCertificate ServerCertificate { get; init; }

    public required IDtlsSession Client { get; init; }

    public required IDtlsSession Server { get; init; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(7);

    /// <summary>Carries datagrams both ways, moving to the next deadline when all is silent, until nothing is left to do.</summary>
    public void Connect(Func<int, bool>? drop = null, bool twice = false)
    {
        Client.Start(Now);
        Server.Start(Now);
        int number = 0;
        SpinWait patience = default;
        for (int turn = 0; turn < 100_000; turn++)
        {
            if (Carry(Client, Server, ref number, drop, twice) + Carry(Server, Client, ref number, drop, twice) > 0)
                continue;
            TimeSpan? next = Client.Deadline is { } one && Server.Deadline is { } two ? (one < two ? one : two) : Client.Deadline ?? Server.Deadline;
            if (next is not { } deadline || drop is null)
                return;
            Now = deadline > Now ? deadline : Now;
            Client.Advance(Now);
            Server.Advance(Now);
            patience.SpinOnce(); // a wall clock may have to reach its timer first
        }
    }

    public List<byte[]> Carry(IDtlsSession from, IDtlsSession? to)
    {
        List<byte[]> carried = [];
        while (from.TryTransmit(_buffer, out int length))
            carried.Add(_buffer[..length]);
        foreach (byte[] datagram in carried)
            to?.Receive(Now, datagram);
        return carried;
    }

    public byte[] Protect(IDtlsSession from, byte[] data)
    {
        Assert.True(from.TryProtect(data, _buffer, out int length));
        Assert.InRange(length, data.Length, data.Length + IDtlsSession.RecordOverhead);
        return _buffer[..length];
    }

    public byte[] Exchange(IDtlsSession from, IDtlsSession to, byte[] data)
    {
        to.Receive(Now, Protect(from, data));
        return Assert.Single(ReadAll(to));
    }

    public static List<byte[]> ReadAll(IDtlsSession session)
    {
        List<byte[]> all = [];
        while (session.TryRead(out ReadOnlySpan<byte> data))
            all.Add(data.ToArray());
        return all;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        ClientCertificate.Dispose();
        ServerCertificate.Dispose();
    }

    private int Carry(IDtlsSession from, IDtlsSession to, ref int number, Func<int, bool>? drop, bool twice)
    {
        int count = 0;
        while (from.TryTransmit(_buffer, out int length))
        {
            count++;
            byte[] datagram = _buffer[..length];
            if (drop?.Invoke(number++) == true)
                continue;
            to.Receive(Now, datagram);
            if (twice)
                to.Receive(Now, datagram);
        }
        return count;
    }
}
