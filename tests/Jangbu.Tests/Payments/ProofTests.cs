using System.Text.Json;
using System.Text.Json.Nodes;
using Jangbu.Ledger;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Proofs;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

public sealed class ProofTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/proofs.json");

    [Fact]
    public void Verifier_Vectors_SayWhatTheyMust()
    {
        foreach (JsonElement vector in Vectors.EnumerateArray())
        {
            byte[] file = vector.TryGetProperty("file", out JsonElement name)
                ? VectorFile.Bytes($"jangbu/{name.GetString()}")
                : System.Text.Encoding.UTF8.GetBytes(vector.GetProperty("proof").GetRawText());
            bool verified = ProofVerifier.TryVerify(file, out ProofStatement? statement, out string? why);
            string what = vector.TryGetProperty("comment", out JsonElement comment) ? comment.GetString()! : name.GetString()!;
            Assert.True(vector.GetProperty("valid").GetBoolean() == verified, $"{what}: {why}");
            if (verified)
            {
                JsonNode expected = JsonNode.Parse(vector.GetProperty("says").GetRawText())!, said = JsonNode.Parse(statement!.ToUtf8())!;
                Assert.True(JsonNode.DeepEquals(expected, said), $"{what}: {said}");
            }
        }
    }

    [Fact]
    public void Proof_ReadAndWritten_IsTheSame()
    {
        foreach (string name in new[] { "payment.jbproof", "fork.jbproof", "balance.jbproof" })
        {
            byte[] file = VectorFile.Bytes($"jangbu/{name}");
            Assert.True(Proof.TryRead(file, out Proof? proof));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(file), JsonNode.Parse(proof.ToUtf8())));
        }
    }

    [Fact]
    public void Proof_OfMoreThanOneMiB_IsRefused()
    {
        byte[] file = VectorFile.Bytes("jangbu/fork.jbproof");
        Assert.True(Proof.TryRead(Padded(file, Proof.MaxLength), out _));
        Assert.False(Proof.TryRead(Padded(file, Proof.MaxLength + 1), out _));
    }

    [Fact]
    public void Payment_WithReversalAndBook_ProvesItselfToAStranger()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(2, "보라");
        a.Meet(b, autoAccept: "100000");
        b.Meet(a, autoAccept: "100000");
        var link = new Link(a, b);
        MadeRecord made = a.Pay(b, "12000", memo: "점심");
        link.Run();
        b.Turn(() => b.Bookkeeper.Reverse(made.Hash, Amount.Parse("2000"), "일부"));
        link.Run();
        foreach (Person person in new[] { a, b })
        {
            Proof proof = null!;
            person.Turn(() => proof = person.Bookkeeper.ProvePayment(made.Hash, withBook: true));
            Assert.True(ProofVerifier.TryVerify(proof.ToUtf8(), out ProofStatement? statement, out string? why), why);
            var payment = Assert.IsType<PaymentStatement>(statement);
            Assert.True(payment.BothSigned);
            Assert.Equal((TransactionState.Accepted, "12000"), (payment.Transaction.State, payment.Transaction.Body.Amount.ToString()));
            Assert.Equal("2000", Assert.Single(payment.Reversals).Body.Amount.ToString());
            Assert.Equal(proof.Records.Count, payment.InBook.Count);
            Assert.All(payment.InBook, leaf => Assert.Equal(person.Id, leaf.Holder));
        }
    }

    [Fact]
    public void Payment_EveryRecordLeftOutOrChanged_ProvesNothing()
    {
        Assert.True(Proof.TryRead(VectorFile.Bytes("jangbu/payment.jbproof"), out Proof? proof));
        Proof bare = proof with { Books = [] };
        Assert.True(ProofVerifier.TryVerify(bare.ToUtf8(), out _, out _));
        for (int i = 0; i < bare.Records.Count; i++)
        {
            Proof without = bare with { Records = [.. bare.Records.Where((_, index) => index != i)] };
            bool verified = ProofVerifier.TryVerify(without.ToUtf8(), out ProofStatement? statement, out _);
            Assert.False(verified && statement is PaymentStatement { Reversals.Count: > 0 }, $"record {i} left out");
            string[] twice = [.. bare.Records, bare.Records[i]];
            Assert.False(ProofVerifier.TryVerify((bare with { Records = twice }).ToUtf8(), out _, out _), $"record {i} twice");
        }
    }

    [Fact]
    public void Payment_Undecided_CannotBeProved()
    {
        using Person a = Forger.Victim(), b = Person.Create(new FastKeys(Person.CardOf(1, "보라").Id), Person.CardOf(1, "보라"), 42);
        a.Meet(b);
        MadeRecord made = a.Pay(b, "1");
        Assert.Equal(CommandRefusal.UnknownRecord, Assert.Throws<CommandRefusedException>(() => a.Bookkeeper.ProvePayment(made.Hash, false)).Reason);
    }

    [Fact]
    public void Balance_SignedByBoth_ProvesItself()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(2, "보라");
        a.Meet(b);
        b.Meet(a, autoAccept: "100000");
        var link = new Link(a, b);
        a.Pay(b, "300");
        link.Run();
        MadeRecord first = default, second = default;
        a.Turn(() => first = a.Bookkeeper.SignBalance(b.Id));
        link.Run();
        Assert.True(Assert.Single(b.Seen<PaymentEvent.BalanceStated>()).Balance.FitsMyBook);
        b.Turn(() => second = b.Bookkeeper.SignBalance(a.Id, first.Hash));
        link.Run();
        foreach (RecordHash either in new[] { first.Hash, second.Hash })
        {
            Proof proof = null!;
            a.Turn(() => proof = a.Bookkeeper.ProveBalance(either, withBook: true));
            Assert.True(ProofVerifier.TryVerify(proof.ToUtf8(), out ProofStatement? statement, out string? why), why);
            var balance = Assert.IsType<BalanceProofStatement>(statement);
            Assert.Equal(("-300", a.Id), (Assert.Single(balance.Assets).Net.ToString(), balance.AsSaidBy));
        }
    }

    [Fact]
    public void Fork_KeptByTheBook_ProvesItself()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(2, "보라");
        a.Meet(b);
        b.Meet(a);
        // b signs on two copies of one ledger: a fork made with the real program.
        a.Turn();
        var copy = b.Disk.Reopen();
        b.Pay(a, "1");
        new Link(a, b).Run().Cut();
        b.Reopen(copy);
        b.Pay(a, "2");
        string stolen = Assert.Single(b.Bookkeeper.WriteEnvelopes(a.Id));
        RefusalCode? code = null;
        a.Turn(() => a.Bookkeeper.TakeEnvelope(System.Text.Encoding.UTF8.GetBytes(stolen), refused => code = refused));
        Assert.Equal(RefusalCode.Fork, code);
        Proof proof = a.Bookkeeper.ProveFork(b.Id, Assert.Single(a.With(b).Forks));
        Assert.True(ProofVerifier.TryVerify(proof.ToUtf8(), out ProofStatement? statement, out string? why), why);
        Assert.Equal(b.Id, Assert.IsType<ForkStatement>(statement).Author);
    }

    private static byte[] Padded(byte[] file, int length)
    {
        byte[] padded = new byte[length];
        padded.AsSpan().Fill((byte)' ');
        file.CopyTo(padded, 0);
        return padded;
    }
}
