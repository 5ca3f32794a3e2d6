using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Fernet;
using Jangbu.Crypto.Jose;

namespace Jangbu.Interop.Tests.Crypto;

/// <summary>Both ways with Python's <c>cryptography</c> (Debian's python3-cryptography), which shares no line with us.</summary>
public sealed class PythonCryptographyTests : IDisposable
{
    // As a Mac types it: conjoining jamo. Both sides compose it.
    private const string Password = "\u1107\u1175\u1106\u1175\u11af 비밀 e\u0301";

    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();
    private readonly string _folder = Directory.CreateTempSubdirectory("jangbu-python").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatJangbuWrites_PythonReads()
    {
        PeerProgram.RequirePython("cryptography");
        using IdentityKey key = IdentityKey.Generate(3072);
        WriteForPython(key);
        JsonElement said = Run("read");
        Assert.Equal(key.Id.ToString(), said.GetProperty("id").GetString());
        Assert.Equal("장부 한 줄", said.GetProperty("token").GetString());
        Assert.Equal("{\"memo\":\"점심 +\"}", said.GetProperty("record").GetString());
        Assert.Equal(JsonValueKind.Null, said.GetProperty("forged").ValueKind);
        Assert.Equal("{\"records\":[]}", said.GetProperty("envelope").GetString());
        Assert.True(said.GetProperty("texts").GetInt32() > 100_000);
        // A character that a later Unicode added composes there and not by our tables of 14.0; another version proves nothing.
        if (said.GetProperty("unicode").GetString() == "14.0.0")
            Assert.Empty(said.GetProperty("wrong").EnumerateArray().Select(text => text.GetString()));
    }

    [Fact]
    public void WhatPythonWrites_JangbuReads()
    {
        PeerProgram.RequirePython("cryptography");
        using IdentityKey key = IdentityKey.Generate(2048);
        using FernetKey ledger = WriteForPython(key);
        JsonElement said = Run("write");
        Assert.True(PrivateKeyFile.TryImport(Read("python.pem"), Password, out IdentityKey? python, out KeyError error, out bool weak), error.ToString());
        using (python)
        {
            Assert.Equal(said.GetProperty("id").GetString(), python.Id.ToString());
            Assert.True(weak, "cryptography writes fewer rounds than we do");
            Assert.True(PublicIdentity.TryImportPem(Read("python.pub.pem"), out PublicIdentity? identity, out _));
            Assert.Equal(python.Public, identity);
            Assert.True(Jws.TryRead(Read("python.jws"), "jangbu-record", out Jws? jws) && jws.Verify(identity));
            Assert.Equal("{\"memo\":\"점심\"}", Encoding.UTF8.GetString(jws.Payload.Span));
            Assert.True(SealedEnvelope.TryOpen(key, Encoding.UTF8.GetBytes(Read("python.jbmsg")), out byte[]? plaintext));
            Assert.Equal("{\"records\":[\"가\"]}", Encoding.UTF8.GetString(plaintext));
            Assert.False(SealedEnvelope.TryOpen(python, Encoding.UTF8.GetBytes(Read("python.jbmsg")), out _));
            Assert.True(FernetToken.TryDecrypt(ledger, Read("python.token"), out byte[]? entry));
            Assert.Equal("장부 from Python", Encoding.UTF8.GetString(entry));
        }
    }

    private FernetKey WriteForPython(IdentityKey key)
    {
        FernetKey ledger = FernetKey.Generate(Random);
        byte[] raw = new byte[FernetKey.Length];
        ledger.CopyTo(raw);
        string record = Jws.Sign(key, "jangbu-record", "{\"memo\":\"점심 +\"}"u8);
        int payload = record.IndexOf('.', StringComparison.Ordinal) + 3;
        Write("password", Password);
        Write("private.pem", PrivateKeyFile.Export(key, Password));
        Write("public.pem", key.Public.ExportPem());
        Write("fernet.key", Convert.ToBase64String(raw).Replace('+', '-').Replace('/', '_'));
        Write("token", FernetToken.Encrypt(ledger, "장부 한 줄"u8, 1_795_329_000, Random));
        Write("record.jws", record);
        Write("forged.jws", $"{record[..payload]}{(record[payload] == 'A' ? 'B' : 'A')}{record[(payload + 1)..]}");
        Write("envelope.jbmsg", SealedEnvelope.Seal(key.Public, "{\"records\":[]}"u8, Random));
        string[] texts = Texts().ToArray();
        Write("texts", string.Join('\n', texts));
        Write("composed", string.Join('\n', texts.Select(text => Encoding.UTF8.GetString(PasswordBytes.From(text)))));
        return ledger;
    }

    /// <summary>Every character alone, every one before a mark and after a jamo, and heaps of marks in wrong order.</summary>
    private static IEnumerable<string> Texts()
    {
        string[] marks = ["\u0301", "\u0323", "\u0307", "\u0345", "\u3099", "\u0b3e", "\u1161", "\u11a8", "\U000110ba", "\U0001d165"];
        for (int code = 0x80; code < 0x30000; code++)
        {
            if (code is >= 0xd800 and < 0xe000)
                continue;
            string text = char.ConvertFromUtf32(code);
            yield return text;
            yield return text + marks[code % marks.Length];
            if (code < 0x2000)
                yield return $"a{text}{marks[code % 7]}{marks[code % 4]}\u1100{text}\u0323{text}";
        }
    }

    private JsonElement Run(string what)
    {
        using Process python = PeerProgram.Start(PeerProgram.Python, Path.Combine(AppContext.BaseDirectory, "Peers", "crypto_peer.py"), what, _folder);
        Task<string> errors = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors.Result);
        return JsonDocument.Parse(output).RootElement;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text, new UTF8Encoding(false));

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder, name));
}
