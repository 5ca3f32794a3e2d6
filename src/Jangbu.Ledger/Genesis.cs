using System.Diagnostics;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

/// <summary>What the first entry says: whose ledger this is, and from which it was begun.</summary>
/// <param name="Lane">The lane of this file.</param>
/// <param name="Id">Whose ledger it is.</param>
/// <param name="Imports">Lane and last entry of the ledger whose entries follow; null for one begun empty.</param>
public sealed record Genesis(Guid Lane, PeerId Id, (Guid Lane, LedgerHead Head)? Imports)
{
    internal byte[] ToData()
    {
        JsonText text = new JsonText().BeginObject().Member("lane", Lane.ToString("D")).Member("id", Id.ToString());
        if (Imports is { } imports)
            text.Name("imports").BeginObject().Member("lane", imports.Lane.ToString("D")).Member("n", imports.Head.N)
                .Member("hash", imports.Head.Hash.ToString()).EndObject();
        return text.EndObject().ToUtf8();
    }

    internal static Genesis Read(Entry entry)
    {
        // The form was checked when the entry was read.
        if (!StrictJson.TryParse(entry.Data.Span, out JsonValue? data) || !LaneText.TryParse(data["lane"]!.Text, out Guid lane)
            || !PeerId.TryParse(data["id"]!.Text, out PeerId id))
            throw new UnreachableException("a genesis whose form was checked does not read");
        if (data["imports"] is not { } imports)
            return new Genesis(lane, id, null);
        if (!LaneText.TryParse(imports["lane"]!.Text, out Guid from)
            || !EntryHash.TryParse(Encoding.ASCII.GetBytes(imports["hash"]!.Text), out EntryHash hash))
            throw new UnreachableException("a genesis whose form was checked does not read");
        return new Genesis(lane, id, (from, new LedgerHead(imports["n"]!.Integer, hash)));
    }
}
