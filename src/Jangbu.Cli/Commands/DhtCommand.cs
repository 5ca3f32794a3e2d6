using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>dht</c>: a bare DHT node, for a private network or to give something back.</summary>
internal static class DhtCommand
{
    public static Command Create(Language language)
    {
        var port = new Option<int?>("--port") { HelpName = "N", Description = new Text("UDP 포트 (없으면 아무거나)", "UDP port (default: any)").In(language) };
        var stdio = new Option<bool>("--stdio") { Description = new Text("표준 입출력으로 JSON 명령을 받음", "take JSON commands on standard input").In(language) };
        var command = new Command("dht", new Text("장부 없이 DHT 노드만 돌립니다", "run a bare DHT node").In(language)) { port, stdio };
        command.Does(async invocation =>
        {
            Output output = invocation.Output;
            await using BareDhtNode node = await BareDhtNode.StartAsync(
                new DhtNodeOptions
                {
                    Port = NodeOptions.Port(invocation.Parsed.GetValue(port) ?? invocation.Parsed.GetValue(GlobalOptions.DhtPort)),
                    Bind = NodeOptions.BindAddress(invocation),
                    Bootstrap = NodeOptions.Bootstrap(invocation),
                },
                invocation.Cancelled).ConfigureAwait(false);
            if (invocation.Parsed.GetValue(stdio))
            {
                await node.RunConsoleAsync(Console.In, Console.Out, invocation.Cancelled).ConfigureAwait(false);
                return ExitCode.Done;
            }
            output.Object(("type", "online"), ("port", node.EndPoint.Port), ("id", node.NodeId));
            output.Line(new Text($"DHT 노드가 {node.EndPoint}에서 돕니다. 끝내려면 Ctrl-C.", $"A DHT node runs on {node.EndPoint}. Ctrl-C ends it."));
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Cancelled).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                output.Object(("type", "result"), ("status", "ok"));
            }
            return ExitCode.Done;
        }, WorkPlace.Here);
        return command;
    }
}
