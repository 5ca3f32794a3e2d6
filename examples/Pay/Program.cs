// Gives 12,000 won to 보라 for lunch, and says what became of it.
// usage: Pay HOME PASSWORD_FILE [BOOTSTRAP HOST:PORT]
using Jangbu.Node;
using Jangbu.Payments;

JangbuOptions options = new() { Home = args[0], PasswordFile = args[1], Bootstrap = args.Length > 2 ? [args[2]] : null };

await using JangbuNode node = await JangbuNode.StartAsync(options);
PaymentOutcome outcome = await node.PayAsync(node.Contacts["보라"], Amount.Parse("12000"), Asset.Parse("KRW"), memo: "점심");
Console.WriteLine(outcome switch
{
    PaymentOutcome.Accepted(var decision) => $"accepted at {decision.At:O}",
    PaymentOutcome.Rejected(var reason) => $"rejected: {reason}",
    PaymentOutcome.Waiting(var state) => $"still waiting: {state}", // never "failed" by silence
    _ => throw new System.Diagnostics.UnreachableException(),
});
