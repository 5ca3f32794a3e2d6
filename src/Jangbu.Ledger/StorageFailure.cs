namespace Jangbu.Ledger;

/// <summary>Why a storage call failed, as far as a person can do something about it.</summary>
public enum StorageFailure
{
    /// <summary>The disk failed or answered something unknown (EIO and the like).</summary>
    Failed,

    /// <summary>No space, no quota, or the largest file size is reached.</summary>
    Full,

    /// <summary>The file system is mounted for reading only.</summary>
    ReadOnly,

    /// <summary>The rights do not suffice, or a link stands where a file should.</summary>
    Denied,

    /// <summary>The file is not there.</summary>
    Missing,

    /// <summary>A file that had to be new is there already.</summary>
    Exists,

    /// <summary>Another process holds the lock.</summary>
    InUse,

    /// <summary>Others than the owner could read or write; the message says how to mend it.</summary>
    TooOpen,
}
