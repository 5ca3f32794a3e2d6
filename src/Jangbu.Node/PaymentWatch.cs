using System.Threading.Channels;
using Jangbu.Crypto;
using Jangbu.Payments.Records;

namespace Jangbu.Node;

/// <summary>A caller that waits for one record of its own: what it was told, and until when it waits. Stages come out in their order only.</summary>
internal sealed class PaymentWatch(PeerId contact, Guid id, RecordHash hash, TimeSpan start, TimeSpan due)
{
    private readonly Channel<WatchNote> _notes = Channel.CreateUnbounded<WatchNote>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>To whom.</summary>
    public PeerId Contact { get; } = contact;

    /// <summary>The record's id.</summary>
    public Guid Id { get; } = id;

    /// <summary>The record's hash.</summary>
    public RecordHash Hash { get; } = hash;

    /// <summary>When the call began.</summary>
    public TimeSpan Start { get; } = start;

    /// <summary>When it stops waiting.</summary>
    public TimeSpan Due { get; } = due;

    /// <summary>True: nobody is looked for; it ends once the record is signed.</summary>
    public bool Later { get; init; }

    /// <summary>True for a request, which has no processing result: it ends once it is received.</summary>
    public bool IsRequest { get; init; }

    /// <summary>True once the record is signed and on disk.</summary>
    public bool IsSigned { get; set; }

    /// <summary>The last stage told.</summary>
    public PaymentStage? Last { get; set; }

    /// <summary>Stages reached before the record was signed.</summary>
    public List<PaymentProgress> Held { get; } = [];

    /// <summary>True once it was told its outcome.</summary>
    public bool IsOver { get; set; }

    /// <summary>What the caller reads; at most nine stages and one end, so it needs no bound.</summary>
    public ChannelReader<WatchNote> Notes => _notes.Reader;

    /// <summary>Hands a note to the caller.</summary>
    public void Tell(WatchNote note)
    {
        _notes.Writer.TryWrite(note);
        if (note is not WatchNote.Reached)
            _notes.Writer.TryComplete();
    }
}

/// <summary>What a caller is told.</summary>
internal abstract record WatchNote
{
    private WatchNote()
    {
    }

    /// <summary>A stage.</summary>
    public sealed record Reached(PaymentProgress Progress) : WatchNote;

    /// <summary>The end.</summary>
    public sealed record Ended(PaymentOutcome Outcome) : WatchNote;

    /// <summary>The end, badly.</summary>
    public sealed record Failed(JangbuException Failure) : WatchNote;
}
