// Stays online, takes what is at most 50,000 and declines the rest.
// usage: Receive HOME PASSWORD_FILE [BOOTSTRAP HOST:PORT]
using Jangbu.Node;
using Jangbu.Payments;

JangbuOptions options = new() { Home = args[0], PasswordFile = args[1], Bootstrap = args.Length > 2 ? [args[2]] : null };

await using JangbuNode node = await JangbuNode.StartAsync(options);
await foreach (IncomingTransaction incoming in node.IncomingAsync())
{
    if (incoming.Amount <= Amount.Parse("50000"))
        await incoming.AcceptAsync(); // returns once it is on disk
    else
        await incoming.RejectAsync("over my limit");
    Console.WriteLine($"{incoming.From}: {incoming.Amount} {incoming.Asset}");
}
