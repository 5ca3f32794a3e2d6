namespace Jangbu.Node;

/// <summary>What <c>JangbuNode.InitAsync</c> needs to make a home.</summary>
public sealed record InitOptions
{
    /// <summary>The folder to make; it is created with mode 0700, and an existing one must be empty of a key and a ledger.</summary>
    public required string Home { get; init; }

    /// <summary>The person's name on the contact card, 1 to 64 code points without control characters.</summary>
    public required string Name { get; init; }

    /// <summary>The password of key and ledger. Give this or <see cref="PasswordFile"/>; this one wins.</summary>
    public string? Password { get; init; }

    /// <summary>A file that holds the password; its one trailing line end is not part of it (PROTOCOL §6).</summary>
    public string? PasswordFile { get; init; }

    /// <summary>RSA key size: 2048 (the default), 3072 or 4096.</summary>
    public int Bits { get; init; } = 2048;

    /// <summary>An encrypted PKCS#8 key file to take instead of a new key; <see cref="Bits"/> is not looked at then.</summary>
    public string? ImportKeyFile { get; init; }
}
