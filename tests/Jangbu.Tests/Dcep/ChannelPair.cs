using System.Text;
using Jangbu.Tests.Sctp;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Dcep;

/// <summary>Two channel sets over a link of virtual time.</summary>
internal sealed class ChannelPair
{
    public ChannelPair(SctpLink? link = null, DataChannelSetOptions? client = null, DataChannelSetOptions? server = null)
    {
        Link = link ?? new SctpLink();
        Client = new DataChannelSet(Link.Left, client);
        Server = new DataChannelSet(Link.Right, server);
        Link.ReadLeft = null;
        Link.ReadRight = null;
    }

    public SctpLink Link { get; }

    public DataChannelSet Client { get; }

    public DataChannelSet Server { get; }

    public TimeSpan Now => Link.Now;

    public List<ChannelEvent> ClientEvents { get; } = [];

    public List<ChannelEvent> ServerEvents { get; } = [];

    public List<(Channel Channel, bool IsText, string Text)> ClientMessages { get; } = [];

    public List<(Channel Channel, bool IsText, string Text)> ServerMessages { get; } = [];

    public void Start()
    {
        Client.Start(Now, isDtlsClient: true);
        Server.Start(Now, isDtlsClient: false);
        Run(TimeSpan.FromMilliseconds(200));
        Assert.Equal(AssociationState.Established, Link.Left.State);
    }

    public void Run(TimeSpan duration)
    {
        TimeSpan end = Now + duration;
        do
            Read();
        while (Link.Step(end));
        Link.Run(end - Now);
        Read();
    }

    public void Read()
    {
        Read(Client, ClientEvents, ClientMessages);
        Read(Server, ServerEvents, ServerMessages);
        Link.Drain();
    }

    public Channel ClientSees(string label) => ClientEvents.Last(happened => happened.Channel?.Label == label).Channel!;

    public Channel ServerSees(string label) => ServerEvents.Last(happened => happened.Channel?.Label == label).Channel!;

    private static void Read(DataChannelSet set, List<ChannelEvent> events, List<(Channel Channel, bool IsText, string Text)> messages)
    {
        while (set.TryDequeue(out ChannelEvent happened))
        {
            if (happened.Kind == ChannelEventKind.Message)
                messages.Add((happened.Channel!, happened.IsText, Encoding.UTF8.GetString(happened.Payload.Span)));
            else
                events.Add(happened);
        }
    }
}
