using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Payments;
using LedgerFile = Jangbu.Ledger.Ledger;

namespace Jangbu.Node.Drivers;

/// <summary>A home with its key and ledger in hand, locked against other processes.</summary>
internal sealed class OpenedHome : IDisposable
{
    private OpenedHome(HomeFolder folder, IdentityKey key, Bookkeeper book, LedgerPassword password)
    {
        Folder = folder;
        Key = key;
        Book = book;
        Password = password;
    }

    /// <summary>The folder.</summary>
    public HomeFolder Folder { get; }

    /// <summary>The person's key.</summary>
    public IdentityKey Key { get; }

    /// <summary>The writer of the person's ledger.</summary>
    public Bookkeeper Book { get; }

    /// <summary>The password by which it was opened.</summary>
    public LedgerPassword Password { get; private set; }

    /// <summary>Opens a home; a ledger that is missing is begun.</summary>
    public static OpenedHome Open(JangbuOptions options, RandomNumberGenerator random)
    {
        string password = PasswordSource.Read(options.Password, options.PasswordFile);
        HomeFolder folder = HomeFolder.Open(options.Home);
        IdentityKey? key = null;
        LedgerPassword? ledgerPassword = null;
        try
        {
            key = ReadKey(folder, password);
            ledgerPassword = new LedgerPassword(password);
            return new OpenedHome(folder, key, OpenBook(folder, key, ledgerPassword, random), ledgerPassword);
        }
        catch
        {
            ledgerPassword?.Dispose();
            key?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Makes a home: key, ledger, card.</summary>
    public static HomeReport Make(InitOptions options, RandomNumberGenerator random, DateTimeOffset at)
    {
        if (!ContactCard.IsName(options.Name))
        {
            throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, "a name has 1 to 64 characters and no control characters",
                ("option", nameof(options.Name)), ("value", options.Name), ("range", "1-64"));
        }
        string password = PasswordSource.Read(options.Password, options.PasswordFile);
        using HomeFolder folder = HomeFolder.Make(options.Home);
        using IdentityKey key = options.ImportKeyFile is { } file ? Import(file, password) : Generate(options.Bits);
        ContactCard card = ContactCard.Create(key, options.Name, at);
        // The key last of the small files: a home is there once its key is, and a ledger can be begun at any opening.
        folder.Write(HomeFolder.PublicKey, key.Public.ExportPem());
        folder.Write(HomeFolder.Card, card.Jws + "\n");
        folder.Write(HomeFolder.Key, PrivateKeyFile.Export(key, password));
        using LedgerPassword ledgerPassword = new(password);
        using Bookkeeper book = folder.Try(() => Begin(folder, key, card, ledgerPassword, random, at));
        return new HomeReport(folder.Path, key.Id, options.Name, key.Public.Bits, card.Jws,
            [HomeFolder.Key, HomeFolder.PublicKey, HomeFolder.Card, HomeFolder.LedgerName]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Book.Dispose();
        Key.Dispose();
        Password.Dispose();
        Folder.Dispose();
    }

    /// <summary>
    /// Puts key and ledger under another password. The key under the new one is on the disk beside the old one before the ledger changes: a crash in
    /// between leaves a home that opens with the password of its ledger.
    /// </summary>
    public bool ChangePassword(string password, DateTimeOffset at) => Folder.Try(() =>
    {
        LedgerPassword next = new(password);
        Folder.Write(HomeFolder.NextKey, PrivateKeyFile.Export(Key, password));
        Book.Ledger.ChangePassword(next, at);
        Folder.TakeNextKey();
        Password.Dispose();
        Password = next;
        return true;
    });

    /// <summary>Begins a new ledger file in a new lane; the old one keeps existing under the name that is returned.</summary>
    public string BeginAnew(RandomNumberGenerator random, DateTimeOffset at) => Folder.Try(() => Book.Ledger.BeginAnew(Password, NewLane(random), at));

    private static IdentityKey ReadKey(HomeFolder folder, string password)
    {
        string pem = folder.ReadText(HomeFolder.Key)
            ?? throw new JangbuException(FailureCode.FileMissing, ExitCategory.NotFound, $"there is no key in {folder.Path}", ("file", Path.Combine(folder.Path, HomeFolder.Key)));
        // A change of password was cut short: the ledger has the new one, and the key under it stands beside.
        if (folder.ReadText(HomeFolder.NextKey) is { } next && !PrivateKeyFile.TryImport(pem, password, out _, out KeyError old, out _) && old == KeyError.WrongPassword
            && PrivateKeyFile.TryImport(next, password, out _, out _, out _))
        {
            folder.TakeNextKey();
            pem = next;
        }
        IdentityKey key = Import(pem, password, HomeFolder.Key, out bool weak);
        if (weak)
            folder.Write(HomeFolder.Key, PrivateKeyFile.Export(key, password)); // PROTOCOL §1: read with few iterations, written with many.
        return key;
    }

    private static IdentityKey Import(string file, string password)
    {
        string pem;
        try
        {
            pem = File.ReadAllText(file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new JangbuException(FailureCode.KeyUnusable, ExitCategory.Usage, $"the key file cannot be read: {failed.Message}", failed, ("file", file), ("reason", "unreadable"));
        }
        return Import(pem, password, file, out _);
    }

    private static IdentityKey Import(string pem, string password, string file, out bool weak)
    {
        if (PrivateKeyFile.TryImport(pem, password, out IdentityKey? key, out KeyError error, out weak))
            return key;
        throw error == KeyError.WrongPassword
            ? new JangbuException(FailureCode.WrongPassword, ExitCategory.Access, $"the password does not open {file}", ("file", file))
            : new JangbuException(FailureCode.KeyUnusable, ExitCategory.Integrity, $"{file} cannot be used as a key: {error}", ("file", file), ("reason", error.ToString()));
    }

    private static IdentityKey Generate(int bits) => bits is 2048 or 3072 or 4096 ? IdentityKey.Generate(bits)
        : throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, $"an RSA key has 2048, 3072 or 4096 bits, not {bits}",
            ("option", nameof(InitOptions.Bits)), ("value", bits.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("range", "2048, 3072, 4096"));

    private static Bookkeeper OpenBook(HomeFolder folder, IdentityKey key, LedgerPassword password, RandomNumberGenerator random) => folder.Try(() =>
    {
        LedgerOpenOutcome outcome = Bookkeeper.Open(folder.Storage, HomeFolder.LedgerName, password, new RsaPersonKeys(key), random,
            out Bookkeeper? book, out (long N, string Why)? damage);
        switch (outcome)
        {
            case LedgerOpenOutcome.Opened when book is not null:
                return book;
            case LedgerOpenOutcome.Opened:
                throw Damaged(damage!.Value.N + 1, damage.Value.Why);
            case LedgerOpenOutcome.WrongPassword:
                throw new JangbuException(FailureCode.WrongPassword, ExitCategory.Access, $"the password does not open {HomeFolder.LedgerName}", ("file", HomeFolder.LedgerName));
            case LedgerOpenOutcome.NoLedger:
                throw Damaged(1, "line 1 is no header of a ledger");
            default:
                return Begin(folder, key, CardOf(folder, key), password, random, DateTimeOffset.UtcNow);
        }
    });

    private static Bookkeeper Begin(HomeFolder folder, IdentityKey key, ContactCard card, LedgerPassword password, RandomNumberGenerator random, DateTimeOffset at)
    {
        LedgerFile ledger = LedgerFile.Create(folder.Storage, HomeFolder.LedgerName, password, key.Id, NewLane(random), at, random);
        return Bookkeeper.Begin(ledger, card, new RsaPersonKeys(key), random, at);
    }

    private static Guid NewLane(RandomNumberGenerator random)
    {
        byte[] lane = new byte[16];
        random.GetBytes(lane);
        lane[7] = (byte)((lane[7] & 0x0F) | 0x40); // UUID version 4, in .NET's mixed order
        lane[8] = (byte)((lane[8] & 0x3F) | 0x80);
        return new Guid(lane);
    }

    private static ContactCard CardOf(HomeFolder folder, IdentityKey key)
    {
        if (folder.ReadText(HomeFolder.Card) is { } text && ContactCard.TryReadText(text.Trim(), out ContactCard? card, out _) && card.Id == key.Id)
            return card;
        throw new JangbuException(FailureCode.CardInvalid, ExitCategory.Integrity, $"{HomeFolder.Card} is missing or not of this key, and there is no ledger that has it",
            ("reason", "missing"));
    }

    private static JangbuException Damaged(long line, string why) => new(FailureCode.LedgerDamaged, ExitCategory.Integrity,
        $"line {line} of {HomeFolder.LedgerName} is damaged: {why}", ("file", HomeFolder.LedgerName),
        ("line", line.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("why", why));
}
