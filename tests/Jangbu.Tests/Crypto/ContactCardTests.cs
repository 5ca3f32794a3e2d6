using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Tests.Crypto;

public sealed class ContactCardTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/identity.json");
    private static readonly DateTimeOffset At = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);

    [Fact]
    public void TryRead_CardsOfTheVectors_GivesWhatTheySay()
    {
        foreach (JsonElement person in Vectors.GetProperty("people").EnumerateArray())
        {
            string jws = person.GetProperty("card").GetString()!;
            Assert.True(ContactCard.TryRead(jws, out ContactCard? card, out string code), code);
            Assert.Equal(person.GetProperty("name").GetString(), card.Name);
            Assert.Equal(person.GetProperty("id").GetString(), card.Id.ToString());
            Assert.Equal(person.GetProperty("rdv").GetString(), Base64UrlText.Encode(card.Rdv));
            Assert.Equal(person.GetProperty("card_link").GetString(), card.Link);
            Assert.Equal(jws, card.Jws);
            Assert.True(ContactCard.TryReadText($"  {card.Link}\n", out ContactCard? linked, out _));
            Assert.Equal(card, linked);
        }
    }

    [Fact]
    public void TryRead_WrongCardsOfTheVectors_AreRefusedWithTheirCode()
    {
        foreach (JsonElement wrong in Vectors.GetProperty("wrong_cards").EnumerateArray())
        {
            Assert.False(ContactCard.TryRead(wrong.GetProperty("card").GetString(), out _, out string code), wrong.GetProperty("comment").GetString());
            Assert.Equal(wrong.GetProperty("code").GetString(), code);
        }
    }

    [Fact]
    public void Create_FromKeyNameAndTimeOfTheVectors_SignsTheirPayload()
    {
        foreach ((JsonElement person, IdentityKey key) in Vectors.GetProperty("people").EnumerateArray().Zip([KnownKeys.Ara, KnownKeys.Bora]))
        {
            string payload = person.GetProperty("card_payload").GetString()!;
            Assert.True(Rfc3339Time.TryParse(JsonDocument.Parse(payload).RootElement.GetProperty("at").GetString(), out DateTimeOffset at));
            ContactCard card = ContactCard.Create(key, person.GetProperty("name").GetString()!, at);
            Assert.True(Jws.TryRead(card.Jws, "jangbu-card", out Jws? jws));
            Assert.Equal(payload, Encoding.UTF8.GetString(jws.Payload.Span));
            Assert.Equal(at, card.At);
        }
    }

    [Fact]
    public void Create_NameOf64And65CodePoints_TakesTheShorterOnly()
    {
        string full = string.Concat(Enumerable.Repeat("😀", 64));
        Assert.Equal(full, ContactCard.Create(KnownKeys.Ara, full, At).Name);
        Assert.Throws<ArgumentException>(() => ContactCard.Create(KnownKeys.Ara, full + "a", At));
        foreach (string name in new[] { "", "a\nb", "\ud800", "\ufffe" })
            Assert.Throws<ArgumentException>(() => ContactCard.Create(KnownKeys.Ara, name, At));
    }

    [Fact]
    public void TryRead_EightKilobytesAndOneMore_SaysWhichIsTooLarge()
    {
        Assert.False(ContactCard.TryRead(new string('A', ContactCard.MaximumLength), out _, out string atLimit));
        Assert.False(ContactCard.TryRead(new string('A', ContactCard.MaximumLength + 1), out _, out string past));
        Assert.Equal((ContactCard.BadRecord, ContactCard.TooLarge), (atLimit, past));
        Assert.False(ContactCard.TryRead(null, out _, out _));
    }

    [Theory]
    [InlineData("\"v\":1", "\"v\":2")]
    [InlineData("\"v\":1", "\"v\":\"1\"")]
    [InlineData("\"v\":1,", "")]
    [InlineData("\"kty\":\"RSA\"", "\"kty\":\"EC\"")]
    [InlineData("\"e\":\"AQAB\"", "\"e\":\"AQAB\",\"d\":\"AQ\"")]
    [InlineData("\"e\":\"AQAB\"", "\"e\":\"AAEAAQ\"")]
    [InlineData(".000Z", "Z")]
    [InlineData("\"name\":\"A\"", "\"name\":\"\"")]
    [InlineData("\"name\":\"A\"", "\"name\":\"\\n\"")]
    [InlineData("\"name\":\"A\"", "\"name\":\"A\",\"name\":\"A\"")]
    [InlineData("\"rdv\":\"", "\"rdv\":\"AAAA")]
    public void TryRead_RightlySignedPayloadOfAnotherForm_IsBadRecord(string part, string replacement)
    {
        string payload = new JsonText().BeginObject().Member("v", 1).Member("id", KnownKeys.Ara.Id.ToString()).Member("name", "A")
            .Name("key").BeginObject().Member("kty", "RSA").Member("n", Base64UrlText.Encode(KnownKeys.Ara.Public.N)).Member("e", "AQAB").EndObject()
            .Member("rdv", Base64UrlText.Encode(KnownKeys.Ara.RendezvousKey.PublicKey)).Member("at", "2026-11-22T06:30:00.000Z").EndObject().ToString();
        Assert.True(ContactCard.TryRead(Sign(payload), out _, out _));
        Assert.Contains(part, payload, StringComparison.Ordinal);
        Assert.False(ContactCard.TryRead(Sign(payload.Replace(part, replacement, StringComparison.Ordinal)), out _, out string code));
        Assert.Equal(ContactCard.BadRecord, code);
    }

    private static string Sign(string payload) => Jws.Sign(KnownKeys.Ara, "jangbu-card", Encoding.UTF8.GetBytes(payload));
}
