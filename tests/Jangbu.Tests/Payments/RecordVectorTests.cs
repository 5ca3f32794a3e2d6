using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;
using Record = Jangbu.Payments.Records.Record;

namespace Jangbu.Tests.Payments;

/// <summary>The project's own vectors, <c>records.json</c>: nineteen records of two people, and wrong ones with the code each must get.</summary>
public sealed class RecordVectorTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/records.json");
    private static readonly PeerId A = Id("a"), B = Id("b");
    private static readonly Dictionary<PeerId, ContactCard> Cards = VectorFile.Json("jangbu/identity.json").GetProperty("people").EnumerateArray()
        .Select(person => ContactCard.TryRead(person.GetProperty("card").GetString(), out ContactCard? card, out _) ? card : throw new InvalidOperationException())
        .ToDictionary(card => card.Id);

    [Fact]
    public void Reader_EachRecord_ReadsAndItsHashIsThatOfThePayload()
    {
        foreach (JsonElement vector in Vectors.GetProperty("records").EnumerateArray())
        {
            Record record = Read(vector.GetProperty("jws").GetString()!);
            Assert.Equal(vector.GetProperty("hash").GetString(), record.Hash.ToString());
            Assert.Equal(vector.GetProperty("kind").GetString(), WireName.Of(record.Kind));
            Assert.Equal(vector.GetProperty("seq").GetInt64(), record.Header.Seq);
        }
    }

    [Fact]
    public void Writer_EachRecord_MakesThePayloadOfTheVectors()
    {
        foreach (JsonElement vector in Vectors.GetProperty("records").EnumerateArray())
        {
            Record record = Read(vector.GetProperty("jws").GetString()!);
            Assert.Equal(vector.GetProperty("payload").GetString(), Encoding.UTF8.GetString(RecordWriter.Write(record.Header, record.Body)));
        }
    }

    [Fact]
    public void WrongRecords_GetTheCodeOfTheVectors()
    {
        foreach (JsonElement vector in Vectors.GetProperty("wrong_records").EnumerateArray().Append(Vectors.GetProperty("fork")))
        {
            Account account = AfterTwoRecords();
            (RefusalCode? code, LaneHead? head) = Arrive(account, vector.GetProperty("jws").GetString()!);
            Assert.Equal(vector.GetProperty("code").GetString(), code is RefusalCode given ? WireName.Of(given) : "taken");
            if (vector.TryGetProperty("head", out JsonElement expected))
                Assert.Equal((expected.GetProperty("lane").GetString(), expected.GetProperty("seq").GetInt64(), expected.GetProperty("hash").GetString()),
                    (RecordId.Format(head!.Value.Lane), head.Value.Seq, head.Value.Hash.ToString()));
        }
    }

    [Fact]
    public void Book_AllRecords_GiveTheStatesAndTheBalance()
    {
        var contact = new Contact(B, new RecordTexts());
        long order = 0;
        foreach (JsonElement vector in Vectors.GetProperty("records").EnumerateArray())
        {
            Record record = Read(vector.GetProperty("jws").GetString()!);
            Assert.True(contact.Account.TryApply(record, default, record.From == A, order++, null));
        }
        foreach (JsonProperty state in Vectors.GetProperty("states").EnumerateObject())
        {
            Assert.True(RecordHash.TryParse(state.Name, out RecordHash hash));
            Assert.Equal(state.Value.GetString(), contact.Account.Find(hash)!.State.ToString().ToLowerInvariant());
        }
        string balance = string.Join(',', contact.Account.NetByAsset().Select(row => $"{row.Asset} {row.Net}"));
        Assert.Equal("KRW -10000", balance);
        Assert.All(contact.Account.Balances, stated => Assert.NotNull(stated.AcceptedBy));
        Assert.All(contact.Account.Balances, stated => Assert.True(stated.FitsMyBook));
    }

    private static (RefusalCode? Code, LaneHead? Head) Arrive(Account account, string jws)
    {
        ContactCard author = Cards[A];
        if (!RecordReader.TryRead(jws, A, B, signed => signed.Verify(author.Key), out Record? record, out RefusalCode code))
            return (code, null);
        return new Arrival(account).TryAdd([record], out Refusal refusal) ? (null, null) : (refusal.Code, refusal.Head);
    }

    private static Account AfterTwoRecords()
    {
        // These accounts have no ledger behind them; a fork needs the text of the held record nevertheless.
        var texts = new RecordTexts();
        texts.Keep(default, [.. Vectors.GetProperty("records").EnumerateArray().Take(2).Select(vector => vector.GetProperty("jws").GetString()!)]);
        var contact = new Contact(A, texts);
        foreach (JsonElement vector in Vectors.GetProperty("records").EnumerateArray().Take(2))
        {
            Record record = Read(vector.GetProperty("jws").GetString()!);
            var arrival = new Arrival(contact.Account);
            Assert.True(arrival.TryAdd([record], out _));
            var place = new TextPlace(default, (ushort)(record.Header.Seq - 1), (ushort)record.Jws.Length);
            Assert.True(contact.Account.TryApply(record, place, mine: false, record.Header.Seq, null));
        }
        return contact.Account;
    }

    private static Record Read(string jws)
    {
        Assert.True(Jws.TryRead(jws, Record.Typ, out Jws? signed));
        PeerId to = signed.Kid == A ? B : A;
        ContactCard author = Cards[signed.Kid];
        Assert.True(RecordReader.TryRead(jws, signed.Kid, to, read => read.Verify(author.Key), out Record? record, out RefusalCode code), code.ToString());
        return record;
    }

    private static PeerId Id(string name) => PeerId.TryParse(Vectors.GetProperty(name).GetString(), out PeerId id) ? id : throw new InvalidOperationException();
}
