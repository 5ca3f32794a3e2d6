namespace Jangbu.Crypto;

/// <summary>Why a key or a key file is refused (PROTOCOL §1).</summary>
public enum KeyError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>More bytes than any key file of ours has.</summary>
    TooLarge,

    /// <summary>No PEM block, or a broken one.</summary>
    NotPem,

    /// <summary>More than one PEM block, or text beside it.</summary>
    MoreThanOneBlock,

    /// <summary>A PEM block with another label than the one asked for.</summary>
    OtherPemLabel,

    /// <summary>A private key without a password.</summary>
    NotEncrypted,

    /// <summary>Not the DER of the structure asked for, in its one spelling.</summary>
    Malformed,

    /// <summary>Encrypted in another way than PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC.</summary>
    OtherEncryption,

    /// <summary>PBKDF2 iterations outside 1,000 to 10,000,000.</summary>
    IterationsOutOfRange,

    /// <summary>The password does not open it, or the encrypted part was changed: the two cannot be told apart.</summary>
    WrongPassword,

    /// <summary>Not an RSA key.</summary>
    OtherAlgorithm,

    /// <summary>The modulus has not exactly 2048, 3072 or 4096 bits.</summary>
    OtherSize,

    /// <summary>The public exponent is not 65537.</summary>
    OtherExponent,

    /// <summary>The modulus is even or has another factor below 168.</summary>
    SmallFactor,

    /// <summary>The modulus has the fingerprint of a predictable generator (ROCA, CVE-2017-15361).</summary>
    PredictableModulus,

    /// <summary>The parts of the private key do not belong together, or its primes are not of half the size each.</summary>
    Inconsistent,
}
