namespace Jangbu.Ledger;

/// <summary>
/// One folder of files, with exactly the calls whose order decides what a power cut leaves. Names are single path components.
/// Every failure is a <see cref="LedgerStorageException"/>; none is hidden and none is tried again.
/// </summary>
public interface ILedgerStorage : IDisposable
{
    /// <summary>Whether a file of this name is there (a link counts: it is refused when opened).</summary>
    bool Exists(string name);

    /// <summary>Makes a new, empty file that only its owner may read; fails with <see cref="StorageFailure.Exists"/> when there is one. The name is durable after <see cref="FlushFolder"/>.</summary>
    ILedgerFile Create(string name);

    /// <summary>Opens a file that is there; never through a link, never one that others may read.</summary>
    ILedgerFile Open(string name, bool writable);

    /// <summary>Gives the file a second name, which must be new. Durable after <see cref="FlushFolder"/>.</summary>
    void Link(string name, string newName);

    /// <summary>Renames, replacing what had the new name, in one step that a crash cannot halve. Durable after <see cref="FlushFolder"/>.</summary>
    void Rename(string name, string newName);

    /// <summary>Removes a name. Durable after <see cref="FlushFolder"/>.</summary>
    void Delete(string name);

    /// <summary>When this returns, all names made, changed and removed so far are on the disk.</summary>
    void FlushFolder();

    /// <summary>Takes the one writer's lock, made when missing, until disposed; fails with <see cref="StorageFailure.InUse"/> at once when another has it. A process that dies loses it.</summary>
    IDisposable Lock(string name);
}
