using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

/// <summary>
/// A signed statement of how many records a ledger holds and under which root (PROTOCOL §7), in the manner of C2SP's tlog-checkpoint. Its holder can be held to it: a
/// later ledger that does not begin with the same records contradicts it.
/// </summary>
public sealed record Checkpoint
{
    private const string Origin = "jangbu/", Type = "jangbu-checkpoint";

    private Checkpoint(PeerId id, Guid lane, long leaves, EntryHash root, string jws)
    {
        Id = id;
        Lane = lane;
        Leaves = leaves;
        Root = root;
        Jws = jws;
    }

    /// <summary>Whose ledger.</summary>
    public PeerId Id { get; }

    /// <summary>Which file of theirs.</summary>
    public Guid Lane { get; }

    /// <summary>How many records.</summary>
    public long Leaves { get; }

    /// <summary>Root of the tree over them.</summary>
    public EntryHash Root { get; }

    /// <summary>The signed text, as it came.</summary>
    public string Jws { get; }

    /// <summary>
    /// The signed payload: three lines, <c>jangbu/&lt;PeerId&gt;/&lt;lane&gt;</c>, the number of leaves, the root in base64.
    /// </summary>
    public static string Text(PeerId id, Guid lane, long leaves, EntryHash root) => string.Create(CultureInfo.InvariantCulture,
        $"{Origin}{id}/{lane:D}\n{leaves}\n{Convert.ToBase64String(root.ToByteArray())}\n");

    /// <summary>Signs the state of a tree.</summary>
    public static Checkpoint Sign(IdentityKey key, Guid lane, long leaves, EntryHash root)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(leaves);
        string jws = Crypto.Jose.Jws.Sign(key, Type, Encoding.ASCII.GetBytes(Text(key.Id, lane, leaves, root)));
        return new Checkpoint(key.Id, lane, leaves, root, jws);
    }

    /// <summary>Reads the form: one spelling of everything, and the id in the text the one in the header. Says nothing about the signature.</summary>
    public static bool TryRead(string? jws, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (!Crypto.Jose.Jws.TryRead(jws, Type, out Jws? read) || !Ascii.IsValid(read.Payload.Span))
            return false;
        string text = Encoding.ASCII.GetString(read.Payload.Span);
        string[] lines = text.Split('\n');
        string[] names = lines[0].Split('/');
        Span<byte> root = stackalloc byte[EntryHash.Size + 1];
        if (lines.Length != 4 || names.Length != 3 || !PeerId.TryParse(names[1], out PeerId id) || id != read.Kid
            || !LaneText.TryParse(names[2], out Guid lane)
            || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long leaves) || leaves > StrictJson.MaximumInteger
            || !Convert.TryFromBase64String(lines[2], root, out int length) || length != EntryHash.Size)
            return false;
        checkpoint = new Checkpoint(id, lane, leaves, new EntryHash(root[..length]), read.Compact);
        // Leading zeros, blanks, other base64: what does not come out the same is not a checkpoint.
        return Text(id, lane, leaves, checkpoint.Root) == text;
    }

    /// <summary>Whether its holder signed it.</summary>
    public bool Verify(PublicIdentity holder) => Crypto.Jose.Jws.TryRead(Jws, Type, out Jws? read) && read.Verify(holder);
}
