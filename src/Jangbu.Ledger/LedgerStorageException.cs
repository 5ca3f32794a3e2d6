namespace Jangbu.Ledger;

/// <summary>A storage call failed. After a failed write or flush nobody knows what is on the disk, so a ledger that met one writes no more.</summary>
public sealed class LedgerStorageException : IOException
{
    /// <summary>A failure without more to say about it.</summary>
    public LedgerStorageException() : this(StorageFailure.Failed, "the storage failed")
    {
    }

    /// <summary>A failure of unknown reason.</summary>
    public LedgerStorageException(string message) : this(StorageFailure.Failed, message)
    {
    }

    /// <summary>A failure of unknown reason, caused by another.</summary>
    public LedgerStorageException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>A failure with its reason; <paramref name="message"/> names the call and the file.</summary>
    public LedgerStorageException(StorageFailure reason, string message) : base(message) => Reason = reason;

    /// <summary>Why, as far as a person can do something about it.</summary>
    public StorageFailure Reason { get; }
}
