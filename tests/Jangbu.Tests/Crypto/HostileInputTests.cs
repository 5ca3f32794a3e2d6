using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Jangbu.Crypto;
using Jangbu.Crypto.Fernet;
using Jangbu.Crypto.Jose;

namespace Jangbu.Tests.Crypto;

/// <summary>Every reader of a stranger's bytes, given sound ones with any changes: it answers, and never throws.</summary>
public sealed class HostileInputTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/identity.json");
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void TryImportSpki_SoundBytesChangedAnywhere_AcceptsOnlyWhatItWrites()
    {
        byte[] sound = KnownKeys.Ara.Public.ExportSpki();
        Check(sound, bytes => !PublicIdentity.TryImportSpki(bytes, out PublicIdentity? identity, out KeyError error)
            ? error != KeyError.None : identity.ExportSpki().AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void TryReadCard_SoundTextChangedAnywhere_IsTheSameCardOrNone()
    {
        string sound = Vectors.GetProperty("people")[0].GetProperty("card").GetString()!;
        Check(Encoding.ASCII.GetBytes(sound), bytes =>
        {
            string text = Encoding.Latin1.GetString(bytes);
            return text == sound || (!ContactCard.TryRead(text, out _, out string code) && code.Length > 0);
        });
    }

    [Fact]
    public void TryReadEnvelope_SoundTextChangedAnywhere_AnswersWithoutThrowing()
    {
        byte[] sound = Encoding.UTF8.GetBytes(VectorFile.Json("jangbu/envelope.json").GetProperty("envelope").GetRawText());
        // The form alone, without the costly opening: the other tests open.
        Check(sound, bytes => !StrictJson.TryParse(bytes, out JsonValue? json) || !SealedEnvelope.TryRead(json, out SealedEnvelope? envelope)
            || envelope.Receiver != KnownKeys.Ara.Id);
    }

    [Fact]
    public void TryImportKeyFile_SoundTextChangedInItsFirstLines_AnswersWithoutThrowing()
    {
        // Weak on purpose: the changed rounds are up to what the limits allow, so only the text around the parameters is drawn from.
        byte[] sound = Encoding.ASCII.GetBytes(Vectors.GetProperty("people")[0].GetProperty("private_key_pem").GetString()!);
        Check(sound[..60], bytes => !PrivateKeyFile.TryImport(Encoding.Latin1.GetString(bytes), "x", out _, out KeyError error, out bool weak)
            && error != KeyError.None && !weak);
    }

    [Fact]
    public void TryDecryptToken_SoundTextChangedAnywhere_IsTheSameTokenOrRefused()
    {
        using FernetKey key = FernetKey.FromBytes(new byte[32]);
        using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
        byte[] sound = FernetToken.EncryptToUtf8(key, "한 줄"u8, 1, random);
        Check(sound, bytes => bytes.AsSpan().SequenceEqual(sound) || !FernetToken.TryDecrypt(key, bytes, out _));
    }

    [Fact]
    public void TryParseJson_AnyHeapOfTokens_AcceptsNothingThatAnotherStrictReaderRefuses()
    {
        string[] tokens = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\u0061\"", "0", "1", "10", "-", ".", "e", "true", "null", " ", "\"가\"", "\"\\ud800\"", "\\"];
        var strict = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = StrictJson.MaximumDepth };
        int accepted = 0;
        Prop.ForAll<byte[]>(choice =>
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(choice.Select(value => tokens[value % tokens.Length])));
            if (!StrictJson.TryParse(text, out JsonValue? value))
                return true;
            accepted++;
            using var document = JsonDocument.Parse(text, strict);
            return JsonElement.DeepEquals(document.RootElement, JsonDocument.Parse(value.ToUtf8()).RootElement);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithEndSize(12));
        Assert.True(accepted > 100, $"only {accepted} were JSON");
    }

    /// <summary>Changes, inserts, leaves out, cuts: a few at a time, at any place.</summary>
    private static void Check(byte[] sound, Func<byte[], bool> holds) => Prop.ForAll<(byte Kind, int Place, byte Value)[]>(changes =>
    {
        var bytes = new List<byte>(sound);
        foreach ((byte kind, int place, byte value) in changes.Take(8))
        {
            // Sizes grow from zero; multiplied by a prime, places reach the end from the first case on.
            int at = (int)((place & int.MaxValue) * 7919L % Math.Max(1, bytes.Count));
            if (kind % 4 == 0)
                bytes.Insert(at, value);
            else if (kind % 4 == 1 && bytes.Count > 0)
                bytes.RemoveAt(at);
            else if (kind % 16 == 2)
                bytes.RemoveRange(at, bytes.Count - at);
            else if (bytes.Count > 0)
                bytes[at] = value;
        }
        return holds([.. bytes]);
    }).Check(Thorough);
}
