using System.Globalization;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary>What happens at a node that is online, a line each.</summary>
internal static class EventLines
{
    public static void Report(Output output, NodeEvent happened)
    {
        string time = happened.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        switch (happened)
        {
            case NodeEvent.Online(var id, var nodes):
                output.Object(("type", "online"), ("id", id.ToString()), ("dht_nodes", nodes));
                output.Line(new Text($"{time} 접속했습니다 (DHT 노드 {nodes}개). 끝내려면 Ctrl-C.", $"{time} online ({nodes} DHT nodes). Ctrl-C ends it."));
                break;
            case NodeEvent.Received(var line):
                output.Object(HistoryCommands.Members(line).Prepend(("type", "received")));
                output.Line($"{time} {HistoryCommands.Describe(line, output.Language)}");
                break;
            case NodeEvent.Processed(var line):
                output.Object(HistoryCommands.Members(line).Prepend(("type", "processed")).Append(("result", line.StateName)).Append(("code", line.Code.Length == 0 ? null : line.Code)));
                output.Line($"{time} {HistoryCommands.Describe(line, output.Language)}");
                break;
            case NodeEvent.SessionOpened(var contact, var path):
                output.Object(("type", "session"), ("state", "open"), ("contact", contact), ("path", path));
                break;
            case NodeEvent.SessionClosed(var contact, var reason):
                output.Object(("type", "session"), ("state", "closed"), ("contact", contact), ("reason", reason));
                break;
            case NodeEvent.Warning(var contact, var code, var text):
                output.Object(("type", "warning"), ("contact", contact), ("code", code), ("message", text));
                if (!output.Json)
                    output.Say($"{time} ! {Printable.From(contact)}: {Printable.From(text)} [{code}]");
                break;
        }
    }
}
