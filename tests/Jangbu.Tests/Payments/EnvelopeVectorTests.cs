using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Payments;
using Jangbu.Payments.Records;
using Jangbu.Tests.Crypto;

namespace Jangbu.Tests.Payments;

/// <summary>The project's own vectors, <c>envelope.json</c>: what the receiver must answer to each envelope.</summary>
public sealed class EnvelopeVectorTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/envelope.json");

    [Fact]
    public void Envelopes_OfTheVectors_GetTheirCode()
    {
        ContactCard[] cards = [.. VectorFile.Json("jangbu/identity.json").GetProperty("people").EnumerateArray()
            .Select(person => ContactCard.TryRead(person.GetProperty("card").GetString(), out ContactCard? card, out _) ? card : throw new InvalidOperationException())];
        ContactCard author = cards[0], receiver = cards[1];
        Assert.Equal(receiver.Id.ToString(), Vectors.GetProperty("receiver").GetString());
        using Person person = Person.Create(new RsaPersonKeys(KnownKeys.Bora), receiver, 51);
        person.Turn(() => person.Bookkeeper.AddContact(author));
        foreach (JsonElement vector in Vectors.GetProperty("wrong_envelopes").EnumerateArray())
            Assert.Equal((vector.GetProperty("comment").GetString(), vector.GetProperty("code").GetString()), (vector.GetProperty("comment").GetString(), Take(person, vector.GetProperty("envelope"))));
        Assert.Equal(0, person.Book.RecordCount);
        Assert.Equal("taken", Take(person, Vectors.GetProperty("envelope")));
        Assert.True(person.Book.RecordCount > 0);
    }

    private static string Take(Person person, JsonElement envelope)
    {
        RefusalCode? code = null;
        person.Turn(() => person.Bookkeeper.TakeEnvelope(Encoding.UTF8.GetBytes(envelope.GetRawText()), refused => code = refused));
        return code is RefusalCode given ? WireName.Of(given) : "taken";
    }
}
