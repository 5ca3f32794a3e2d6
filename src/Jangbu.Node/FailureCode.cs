namespace Jangbu.Node;

/// <summary>The codes of <see cref="JangbuException"/>: a promise to scripts, the same in every language. Beside each the parameters it carries.</summary>
public static class FailureCode
{
    /// <summary><c>home</c>: there is no home in this folder.</summary>
    public const string HomeMissing = "home_missing";

    /// <summary><c>home</c>, <c>file</c>: the folder holds a key or a ledger already.</summary>
    public const string HomeExists = "home_exists";

    /// <summary><c>home</c>: another process has it open.</summary>
    public const string HomeInUse = "home_in_use";

    /// <summary><c>path</c>, <c>mode</c>, <c>wanted</c>: others may read the folder or file; <c>fix</c> is the command that mends it.</summary>
    public const string HomeOpenToOthers = "home_open_to_others";

    /// <summary><c>path</c>, <c>reason</c> (<c>full</c>, <c>read_only</c>, <c>denied</c>, <c>failed</c>): not stored; nothing was sent or acknowledged.</summary>
    public const string NotStored = "not_stored";

    /// <summary><c>file</c>: the password does not open it.</summary>
    public const string WrongPassword = "wrong_password";

    /// <summary>None was given.</summary>
    public const string PasswordMissing = "password_missing";

    /// <summary><c>file</c>, <c>reason</c>: the private key file cannot be used.</summary>
    public const string KeyUnusable = "key_unusable";

    /// <summary><c>file</c>, <c>line</c>, <c>why</c>: the ledger is damaged there; it opens for reading only.</summary>
    public const string LedgerDamaged = "ledger_damaged";

    /// <summary><c>why</c>: the ledger is an old copy; it signs nothing until its person has said so.</summary>
    public const string LedgerOld = "ledger_old";

    /// <summary><c>file</c>: it is there already.</summary>
    public const string FileExists = "file_exists";

    /// <summary><c>file</c>: it is not there.</summary>
    public const string FileMissing = "file_missing";

    /// <summary><c>name</c>: no such contact.</summary>
    public const string ContactUnknown = "contact_unknown";

    /// <summary><c>name</c>: another contact has this name.</summary>
    public const string ContactNameTaken = "contact_name_taken";

    /// <summary><c>name</c>, <c>id</c>: this card has another key than the contact of that name; nothing was changed.</summary>
    public const string ContactKeyChanged = "contact_key_changed";

    /// <summary><c>limit</c>: there are as many contacts as fit.</summary>
    public const string ContactsFull = "contacts_full";

    /// <summary><c>reason</c>: the text is no contact card.</summary>
    public const string CardInvalid = "card_invalid";

    /// <summary>The card is one's own.</summary>
    public const string CardIsMine = "card_is_mine";

    /// <summary><c>id</c>: no such transaction or request.</summary>
    public const string TransactionUnknown = "transaction_unknown";

    /// <summary><c>id</c>, <c>state</c>: this cannot be done in that state.</summary>
    public const string TransactionState = "transaction_state";

    /// <summary><c>option</c>, <c>value</c>, <c>range</c>: not usable.</summary>
    public const string OptionInvalid = "option_invalid";

    /// <summary><c>amount</c>, <c>asset</c>, <c>digits</c>: more digits after the point than the asset has.</summary>
    public const string AmountPrecision = "amount_precision";

    /// <summary><c>endpoint</c>, <c>why</c>: the local address or port cannot be had.</summary>
    public const string SocketFailed = "socket_failed";

    /// <summary><c>asked</c>: no DHT node answered.</summary>
    public const string DhtSilent = "dht_silent";

    /// <summary><c>code</c>: the other side refused the record and will not take these bytes.</summary>
    public const string Refused = "refused";

    /// <summary><c>code</c>: an envelope by file was not taken; nothing was changed.</summary>
    public const string EnvelopeRefused = "envelope_refused";

    /// <summary>The node was stopped or has stopped itself.</summary>
    public const string Stopped = "stopped";

    /// <summary><c>link</c>: nobody who made this invitation was met in time.</summary>
    public const string NotMet = "not_met";

    /// <summary><c>what</c>: this needs a node that is online.</summary>
    public const string Offline = "offline";

    /// <summary><c>what</c>: a fault of this program.</summary>
    public const string Internal = "internal";
}
