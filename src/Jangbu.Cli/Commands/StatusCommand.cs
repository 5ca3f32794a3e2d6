using System.CommandLine;
using System.Globalization;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>status</c>: how the node that <c>jangbu up</c> keeps stands, or that none runs.</summary>
internal static class StatusCommand
{
    public static Command Create(Language language)
    {
        var command = new Command("status", new Text("지금 상태", "how things stand").In(language));
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            NodeStatus status = lease.Node.Status;
            LedgerHead head = lease.Node.Head;
            int waiting = lease.Node.History(new HistoryFilter { PendingOnly = true }).Count;
            Output output = invocation.Output;
            output.Object(
                ("type", "result"), ("status", "ok"), ("online", status.Online), ("id", status.Id.ToString()), ("uptime_s", (long)status.Uptime.TotalSeconds), ("dht_nodes", status.DhtNodes),
                ("dht", status.DhtEndPoint?.ToString()), ("outer", status.OuterEndPoints.Select(endpoint => endpoint.ToString())),
                ("sessions", status.Sessions.Select(session => new (string, object?)[] { ("contact", session.Contact), ("path", session.Path), ("seconds", (long)session.Open.TotalSeconds) })),
                ("wrong_signals", status.WrongSignals), ("entries", head.N), ("pending", waiting));
            output.Line(status.Online
                ? new Text($"접속해 있습니다: DHT 노드 {status.DhtNodes}개, {status.DhtEndPoint}", $"online: {status.DhtNodes} DHT nodes, {status.DhtEndPoint}")
                : new Text("접속해 있지 않습니다. → jangbu up", "not online. → jangbu up"));
            foreach (SessionView session in status.Sessions)
                output.Line(string.Create(CultureInfo.InvariantCulture, $"  {Printable.From(session.Contact)}  {session.Path}  {session.Open.TotalSeconds:0} s"));
            output.Line(new Text($"장부: 항목 {head.N}개, 기다리는 것 {waiting}개", $"ledger: {head.N} entries, {waiting} waiting"));
            return ExitCode.Done;
        });
        return command;
    }
}
