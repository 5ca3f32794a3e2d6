using System.Net;
using System.Net.Sockets;
using Jangbu.WebRtc.Drivers;

namespace Jangbu.Tests.Drivers;

/// <summary>What both socket sets promise, over real loopback sockets: there is nothing to a driver but the system under it.</summary>
public abstract class UdpSocketSetContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected abstract UdpSocketSet Create();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Datagrams_OfManyLengths_ArriveWholeWithTheirSender(string address)
    {
        using UdpSocketSet set = Create();
        (UdpSocketToken one, IPEndPoint oneAt) = Open(set, address);
        (UdpSocketToken two, IPEndPoint twoAt) = Open(set, address);
        int[] lengths = [1, 1_200, 1_200, 1_200, 700, 1_200, 60_000, 3, 3, 3, 2, 1_200];
        for (int i = 0; i < lengths.Length; i++)
            set.Send(one, twoAt, Enumerable.Repeat((byte)(i + 1), lengths[i]).ToArray());
        List<byte[]> received = [];
        ReceiveUntil(set, () => received.Count == lengths.Length, (token, local, remote, data) =>
        {
            Assert.Equal((two, twoAt, oneAt), (token, local, remote));
            received.Add(data);
        });
        Assert.Equal(lengths, received.Select(data => data.Length));
        Assert.All(received.Index(), entry => Assert.All(entry.Item, value => Assert.Equal(entry.Index + 1, value)));
        Assert.Equal(lengths.Length, set.Stats.DatagramsSent);
        Assert.Equal(lengths.Length, set.Stats.DatagramsReceived);
    }

    [Fact]
    public void Datagrams_ThousandsInOneTurn_AllArriveOrderedPerSender()
    {
        using UdpSocketSet set = Create();
        (UdpSocketToken one, _) = Open(set, "127.0.0.1");
        (_, IPEndPoint twoAt) = Open(set, "127.0.0.1");
        int sent = 0, received = 0;
        while (sent < 3_000)
        {
            for (int i = 0; i < 100; i++)
            {
                Span<byte> buffer = set.GetSendBuffer();
                BitConverter.TryWriteBytes(buffer, sent++);
                set.Commit(one, twoAt, 1_200);
            }
            ReceiveUntil(set, () => received == sent, (_, _, _, data) => Assert.Equal(received++, BitConverter.ToInt32(data)));
        }
        Assert.Equal(0, set.Stats.DatagramsRefused);
    }

    [Fact]
    public void Send_ToAClosedPort_NeverClosesTheSocket()
    {
        using UdpSocketSet set = Create();
        (UdpSocketToken one, IPEndPoint oneAt) = Open(set, "127.0.0.1");
        (UdpSocketToken gone, IPEndPoint goneAt) = Open(set, "127.0.0.1");
        set.Close(gone);
        for (int i = 0; i < 5; i++)
        {
            set.Send(one, goneAt, [1]);
            set.Wait(TimeSpan.Zero);
            Assert.False(set.TryReceive(out _));
        }
        set.Send(one, oneAt, [7]);
        int received = 0;
        ReceiveUntil(set, () => received == 1, (_, _, _, data) => Assert.Equal(7, data[received++]));
    }

    [Fact]
    public void Send_ThatTheSystemRefuses_IsCountedAndTheNextLeaves()
    {
        using UdpSocketSet set = Create();
        (UdpSocketToken one, IPEndPoint oneAt) = Open(set, "127.0.0.1");
        set.Send(one, new IPEndPoint(IPAddress.Parse("203.0.113.9"), 9), [1]); // from 127.0.0.1 there is no road to it
        set.Send(one, new IPEndPoint(IPAddress.IPv6Loopback, 9), [1]); // another family
        set.Send(new UdpSocketToken(99), oneAt, [1]); // no such socket
        set.Send(one, oneAt, [7]);
        int received = 0;
        ReceiveUntil(set, () => received == 1, (_, _, _, data) => Assert.Equal(7, data[received++]));
        Assert.Equal((3, 1), (set.Stats.DatagramsRefused, set.Stats.DatagramsSent));
    }

    [Fact]
    public void Wake_FromAnotherThread_EndsTheWait()
    {
        using UdpSocketSet set = Create();
        var waker = new Thread(set.Wake);
        waker.Start();
        set.Wait(null);
        waker.Join();
        set.Wake();
        set.Wait(null); // a wake before the wait counts too
        set.Wait(TimeSpan.Zero);
        Assert.False(set.TryReceive(out _));
        set.Dispose();
        set.Wake();
    }

    [Fact]
    public void Open_OnATakenPort_SaysWhy()
    {
        using UdpSocketSet set = Create();
        (_, IPEndPoint taken) = Open(set, "127.0.0.1");
        Assert.False(set.TryOpen(taken, out _, out _, out SocketError error));
        Assert.Equal(SocketError.AddressAlreadyInUse, error);
        Assert.False(set.TryOpen(new IPEndPoint(IPAddress.Parse("203.0.113.9"), 0), out _, out _, out error));
        Assert.Equal(SocketError.AddressNotAvailable, error);
    }

    [Fact]
    public void ManySockets_EachGetsItsOwn()
    {
        using UdpSocketSet set = Create();
        List<(UdpSocketToken Token, IPEndPoint At)> sockets = [.. Enumerable.Range(0, 100).Select(_ => Open(set, "127.0.0.1"))];
        for (int i = 0; i < sockets.Count; i++)
            set.Send(sockets[i].Token, sockets[(i + 1) % sockets.Count].At, [(byte)i]);
        int received = 0;
        ReceiveUntil(set, () => received == sockets.Count, (token, _, remote, data) =>
        {
            Assert.Equal(sockets[(data[0] + 1) % sockets.Count].Token, token);
            Assert.Equal(sockets[data[0]].At, remote);
            received++;
        });
    }

    private static (UdpSocketToken Token, IPEndPoint At) Open(UdpSocketSet set, string address)
    {
        Assert.True(set.TryOpen(new IPEndPoint(IPAddress.Parse(address), 0), out UdpSocketToken token, out IPEndPoint bound, out _));
        Assert.NotEqual(0, bound.Port);
        return (token, bound);
    }

    private static void ReceiveUntil(UdpSocketSet set, Func<bool> enough, Action<UdpSocketToken, IPEndPoint, IPEndPoint, byte[]> take)
    {
        for (int turn = 0; turn < 1_000 && !enough(); turn++)
        {
            set.Wait(Patience);
            while (set.TryReceive(out UdpDatagram datagram))
                take(datagram.Token, datagram.Local, datagram.Remote, datagram.Data.ToArray());
        }
        Assert.True(enough());
    }
}
