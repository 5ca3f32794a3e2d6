namespace Jangbu.Ledger;

/// <summary>What the layer above knows about entries: whose signatures stand in them, how lanes go on, what balances come out.</summary>
public interface IRecordVerifier
{
    /// <summary>
    /// Looks at the next entry. What needs the order (lanes, sums) is checked at once; what is slow and needs none (signatures) is put
    /// on <paramref name="later"/>, and may run on any thread.
    /// </summary>
    /// <returns>Null, or what is wrong, in words. The same goes for each check put off.</returns>
    string? Add(Entry entry, ICollection<Func<string?>> later);
}
