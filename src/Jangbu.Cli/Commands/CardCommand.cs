using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;
using QRCoder;

namespace Jangbu.Cli.Commands;

/// <summary><c>card</c>: what I give to people so that they can find and check me.</summary>
internal static class CardCommand
{
    public static Command Create(Language language)
    {
        var link = new Option<bool>("--link") { Description = new Text("링크로", "as a link").In(language) };
        var qr = new Option<bool>("--qr") { Description = new Text("QR 그림으로", "as a QR code").In(language) };
        var file = new Option<string?>("--out") { HelpName = "FILE", Description = new Text("파일로", "into a file").In(language) };
        var command = new Command("card", new Text("나의 연락처 카드", "my contact card").In(language)) { link, qr, file };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            Output output = invocation.Output;
            string uri = "jangbu:card/" + node.Card;
            if (invocation.Parsed.GetValue(file) is { } path)
            {
                await File.WriteAllTextAsync(invocation.PathOf(path), node.Card + "\n", invocation.Cancelled).ConfigureAwait(false);
                output.Say(new Text($"카드를 {path}에 적었습니다. 상대: jangbu contact add {path}", $"The card is in {path}. The other side: jangbu contact add {path}"));
            }
            else if (invocation.Parsed.GetValue(qr) && !output.Json)
            {
                output.Line(Draw(uri));
            }
            else
            {
                output.Line(invocation.Parsed.GetValue(link) ? uri : node.Card);
            }
            output.Object(("type", "result"), ("status", "ok"), ("card", node.Card), ("link", uri), ("id", node.Id.ToString()), ("name", node.Name));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A QR code in half blocks; light on dark terminals and dark on light ones are both read by cameras.</summary>
    public static string Draw(string text)
    {
        using var generator = new QRCodeGenerator();
        using QRCodeData data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall();
    }
}
