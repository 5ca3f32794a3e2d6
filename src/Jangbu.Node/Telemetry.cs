using System.Diagnostics.Metrics;
using Jangbu.Node.Drivers;

namespace Jangbu.Node;

/// <summary>The numbers of a node that runs, as meter <c>Jangbu.Node</c>.</summary>
/// <remarks>No contact, amount or asset is a tag: each would tell what nobody but its person should know, and a contact is unbounded too.</remarks>
internal sealed class Telemetry : IDisposable
{
    private readonly Meter _meter = new("Jangbu.Node");
    private readonly Counter<long> _decided;
    private readonly Counter<long> _sessions;
    private readonly Counter<long> _warnings;

    /// <summary>Publishes what an engine counts.</summary>
    public Telemetry(Func<Func<NodeEngine, long>, long> read)
    {
        _decided = _meter.CreateCounter<long>("jangbu.payments", "{payment}", "Transactions decided, by direction and result");
        _sessions = _meter.CreateCounter<long>("jangbu.sessions", "{session}", "Sessions opened, by kind of path");
        _warnings = _meter.CreateCounter<long>("jangbu.warnings", "{warning}", "What a person should look at, by code");
        PaymentDuration = _meter.CreateHistogram<double>("jangbu.payment.duration", "s", "From the call to the processing result");
        _meter.CreateObservableGauge("jangbu.sessions.open", () => read(engine => engine.OpenRoads.Count()), "{session}", "Sessions open now");
        _meter.CreateObservableGauge("jangbu.dht.nodes", () => read(engine => engine.Dht?.Stats(engine.Now.Now).GoodContacts ?? 0), "{node}", "DHT nodes that answered lately");
        _meter.CreateObservableCounter("jangbu.signals.wrong", () => read(engine => engine.Rendezvous?.Stats.Wrong ?? 0), "{value}", "Values of contacts that were ignored");
        _meter.CreateObservableCounter("jangbu.rings", () => read(engine => engine.Rendezvous?.Stats.Rings ?? 0), "{ring}", "Rings heard");
    }

    /// <summary>How long payments took.</summary>
    public Histogram<double> PaymentDuration { get; }

    /// <summary>Counts an event.</summary>
    public void Count(NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.Processed processed:
                _decided.Add(1, new("direction", processed.Line.Sent ? "sent" : "received"), new("result", processed.Line.StateName));
                break;
            case NodeEvent.SessionOpened opened:
                _sessions.Add(1, new KeyValuePair<string, object?>("path", opened.Path));
                break;
            case NodeEvent.Warning warning:
                _warnings.Add(1, new KeyValuePair<string, object?>("code", warning.Code));
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
