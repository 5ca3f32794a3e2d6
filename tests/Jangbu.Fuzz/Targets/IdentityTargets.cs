using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Fuzz.Targets;

/// <summary>What people hand to each other: cards, signatures, envelopes, key files, invitations.</summary>
public static class IdentityTargets
{
    private static readonly JsonElement Identity = VectorSeeds.Json("jangbu/identity.json");
    private static readonly JsonElement Envelopes = VectorSeeds.Json("jangbu/envelope.json");
    private static readonly IReadOnlyList<byte[]> JoseWords = FuzzTarget.Words(
        "eyJhbGciOiJQUzI1NiIs", ".", "..", "PS256", "none", "alg", "kid", "typ", "crit", "jwk", "{\"alg\":\"PS256\"", "=", "A256GCM", "zip");

    public static IEnumerable<FuzzTarget> All =>
    [
        new("jws", static input =>
        {
            string text = Encoding.Latin1.GetString(input);
            return Jws.TryRead(text, "jangbu-card", out Jws? _);
        })
        { Seeds = VectorSeeds.Texts(Identity.GetProperty("people"), "card"), Dictionary = JoseWords, Allowance = 16384 },

        new("card", static input => ContactCard.TryRead(Encoding.UTF8.GetString(input), out _, out _))
        {
            Seeds = VectorSeeds.Texts(Identity.GetProperty("people"), "card"), Dictionary = JoseWords, Allowance = 65536, Largest = 10_000,
        },

        new("invitation", static input =>
        {
            string text = Encoding.Latin1.GetString(input);
            if (!InvitationCode.TryParse(text, out InvitationCode? invitation))
                return false;
            PromiseBrokenException.Unless(invitation.Code == text || invitation.Link == text, "an invitation in two spellings");
            return true;
        })
        { Seeds = FuzzTarget.Words("jangbu:invite/AV_b_h8gFKf47mYiunCfe50"), Dictionary = FuzzTarget.Words("jangbu:invite/", "A"), Largest = 128 },

        new("pem-public", static input => PublicIdentity.TryImportPem(Encoding.Latin1.GetString(input), out _, out _))
        {
            Seeds = VectorSeeds.Texts(Identity.GetProperty("people"), "public_key_pem"), Allowance = 65536,
            Dictionary = FuzzTarget.Words("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", "PRIVATE", "RSA", "\r\n", "\n\n", "\0"),
        },

        new("envelope", static input => SealedEnvelope.TryOpen(CryptoTargets.Person, input, out _))
        {
            Seeds = [Encoding.UTF8.GetBytes(SealedEnvelope.Seal(CryptoTargets.Person.Public, "{\"records\":[]}"u8, CryptoTargets.Random))],
            Dictionary = [.. JoseWords, .. FuzzTarget.Words("\"protected\":", "\"encrypted_key\":", "\"iv\":", "\"ciphertext\":", "\"tag\":", "\"aad\":\"AA\"")],
            Allowance = 65536,
        },
    ];
}
