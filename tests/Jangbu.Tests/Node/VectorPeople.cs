using System.Text.Json;
using Jangbu.Crypto;

namespace Jangbu.Tests.Node;

/// <summary>The two people of <c>jangbu/identity.json</c>, their keys loaded once.</summary>
public static class VectorPeople
{
    private static readonly Lazy<(IdentityKey A, IdentityKey B)> Keys = new(Read);

    /// <summary>Both.</summary>
    public static (IdentityKey A, IdentityKey B) Load() => Keys.Value;

    /// <summary>The one with this id.</summary>
    public static PublicIdentity Of(string id) =>
        Keys.Value.A.Id.ToString() == id ? Keys.Value.A.Public : Keys.Value.B.Id.ToString() == id ? Keys.Value.B.Public
        : throw new ArgumentException(id, nameof(id));

    private static (IdentityKey A, IdentityKey B) Read()
    {
        JsonElement file = VectorFile.Json("jangbu/identity.json");
        IdentityKey[] keys = [.. file.GetProperty("people").EnumerateArray().Select(person => Import(person, file.GetProperty("password").GetString()!))];
        return (keys[0], keys[1]);
    }

    private static IdentityKey Import(JsonElement person, string password)
    {
        Assert.True(PrivateKeyFile.TryImport(person.GetProperty("private_key_pem").GetString()!, password, out IdentityKey? key, out KeyError error, out _),
            error.ToString());
        return key!;
    }
}
