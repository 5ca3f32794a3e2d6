using System.Text;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Dcep;

/// <summary>Channels between two sets: opening, messages, closing (RFC 8831, RFC 8832).</summary>
public sealed class DataChannelSetTests
{
    [Fact]
    public void Open_FromBothSides_NumbersByRoleAndBothSeeBoth()
    {
        ChannelPair pair = new();
        Channel before = pair.Client.Open(pair.Now, new ChannelOptions { Label = "전", Protocol = "p/1" });
        Assert.Null(before.Id);
        pair.Start();
        Channel after = pair.Server.Open(pair.Now, new ChannelOptions { Label = "b", Ordered = false, MaxRetransmits = 2 });
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(new StreamId(0), before.Id);
        Assert.Equal(new StreamId(1), after.Id);
        Assert.Equal(ChannelState.Open, before.State);
        Assert.Equal(ChannelState.Open, after.State);
        Channel remote = pair.ServerSees("전");
        Assert.Equal(("p/1", true), (remote.Protocol, remote.Options.Ordered));
        remote = pair.ClientSees("b");
        Assert.Equal((false, 2), (remote.Options.Ordered, remote.Options.MaxRetransmits!.Value));
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "텍스트")]
    [InlineData(false, "binary")]
    public void Send_TextOrBinaryOfAnyLength_ArrivesAsSent(bool isText, string message)
    {
        ChannelPair pair = new();
        pair.Start();
        Channel channel = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        Assert.Equal(SendResult.Queued, pair.Client.Send(pair.Now, channel, isText, Encoding.UTF8.GetBytes(message)));
        pair.Run(TimeSpan.FromSeconds(1));
        (Channel on, bool text, string got) = Assert.Single(pair.ServerMessages);
        Assert.Equal(("a", isText, message), (on.Label, text, got));
    }

    [Fact]
    public void Close_WithMessagesUnderWay_DeliversThemClosesBothAndFreesTheNumber()
    {
        ChannelPair pair = new();
        pair.Start();
        Channel channel = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        pair.Run(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 20; i++)
            pair.Client.Send(pair.Now, channel, isText: true, new byte[20_000]);
        pair.Client.Close(pair.Now, channel);
        Assert.Equal(SendResult.Closed, pair.Client.Send(pair.Now, channel, isText: true, "late"u8));
        pair.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(20, pair.ServerMessages.Count);
        Assert.Equal(ChannelState.Closed, channel.State);
        Assert.Equal(ChannelState.Closed, pair.ServerSees("a").State);
        Assert.Empty(pair.Client.Channels);
        Assert.Empty(pair.Server.Channels);
        Channel again = pair.Client.Open(pair.Now, new ChannelOptions { Label = "again" });
        Assert.Equal(channel.Id, again.Id);
        pair.Client.Send(pair.Now, again, isText: true, "new"u8);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("new", pair.ServerMessages[^1].Text);
    }

    [Fact]
    public void Send_LongerThanThePeerTakes_IsRefused()
    {
        ChannelPair pair = new();
        pair.Start();
        Channel channel = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        pair.Client.PeerMaxMessageSize = 1000;
        Assert.Equal(SendResult.TooLong, pair.Client.Send(pair.Now, channel, isText: false, new byte[1001]));
        Assert.Equal(SendResult.Queued, pair.Client.Send(pair.Now, channel, isText: false, new byte[1000]));
        pair.Client.PeerMaxMessageSize = 0;
        Assert.Equal(SendResult.Queued, pair.Client.Send(pair.Now, channel, isText: false, new byte[100_000]));
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([1000, 100_000], pair.ServerMessages.Select(message => message.Text.Length));
    }
}
