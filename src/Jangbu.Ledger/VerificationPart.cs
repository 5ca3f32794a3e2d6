namespace Jangbu.Ledger;

/// <summary>What a verification can vouch for.</summary>
public enum VerificationPart
{
    /// <summary>Line 1: its form, and that its lane is the one the first entry names.</summary>
    Header,

    /// <summary>Every line is a token under this ledger's key: nobody without the password changed one.</summary>
    Tokens,

    /// <summary>Every entry names the hash of the one before: none was removed, moved or repeated.</summary>
    Chain,

    /// <summary>Every entry has the form of its kind.</summary>
    Forms,

    /// <summary>The head file names an entry that is here: no later entries are missing, as of when it was written.</summary>
    Head,

    /// <summary>Signatures, lanes and balances of the records in the entries.</summary>
    Records,
}
