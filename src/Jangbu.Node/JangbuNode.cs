using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Jangbu.Crypto;
using Jangbu.Dht;
using Jangbu.Node.Drivers;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangbu.Node;

/// <summary>
/// A person: key, ledger, contacts; and, once started, online. Every member may be called from any thread. What a method did is on the disk
/// when it returns. Failures are <see cref="JangbuException"/>.
/// </summary>
public sealed partial class JangbuNode : IAsyncDisposable
{
    private readonly OpenedHome _home;
    private readonly NodeLoop _loop;
    private readonly NodeSockets _sockets;
    private readonly PeerRoadMaker? _roads;
    private readonly RandomNumberGenerator _random;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _joining = Task.CompletedTask;
    private int _disposed;

    private JangbuNode(OpenedHome home, NodeLoop loop, NodeSockets sockets, PeerRoadMaker? roads, RandomNumberGenerator random, ILogger logger)
    {
        _home = home;
        _loop = loop;
        _sockets = sockets;
        _roads = roads;
        _random = random;
        _logger = logger;
        Contacts = new ContactBook(loop);
        ContactCard card = home.Book.Book.Card!;
        (Name, Card, CardLink) = (card.Name, card.Jws, card.Link);
    }

    /// <summary>Who.</summary>
    public PeerId Id => _home.Key.Id;

    /// <summary>The name on the card.</summary>
    public string Name { get; }

    /// <summary>The contact card, a compact JWS; what a <c>.jbcard</c> file holds.</summary>
    public string Card { get; }

    /// <summary>The contact card as a link.</summary>
    public string CardLink { get; }

    /// <summary>The size of the RSA key.</summary>
    public int Bits => _home.Key.Public.Bits;

    /// <summary>The public half of the rendezvous key, base64url.</summary>
    public string Rdv => Crypto.Jose.Base64UrlText.Encode(_home.Key.RendezvousKey.PublicKey);

    /// <summary>The people one knows.</summary>
    public ContactBook Contacts { get; }

    /// <summary>Makes a home: a key, an empty ledger, a card; all of it on the disk when this returns.</summary>
    public static Task<HomeReport> InitAsync(InitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() =>
        {
            using RandomNumberGenerator random = RandomSource.Create();
            return OpenedHome.Make(options, random, WallClock.Now);
        }, cancellationToken);
    }

    /// <summary>Opens a home for its ledger only: no socket is opened, and what is to be sent waits for a node that is online.</summary>
    public static Task<JangbuNode> OpenAsync(JangbuOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() => Start(options, online: false), cancellationToken);
    }

    /// <summary>
    /// Opens a home and goes online: joins the DHT, answers contacts, and delivers what waits for them. Returns as soon as contacts can be looked
    /// for; whether the DHT answers shows in <see cref="Status"/> and as <see cref="NodeEvent.Online"/>.
    /// </summary>
    public static async Task<JangbuNode> StartAsync(JangbuOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        JangbuNode node = await Task.Run(() => Start(options, online: true), cancellationToken).ConfigureAwait(false);
        try
        {
            await node.JoinAsync(options, cancellationToken).ConfigureAwait(false);
            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives an amount to a contact: signs, finds them, sends, and waits for their two results.</summary>
    /// <param name="contact">To whom.</param>
    /// <param name="amount">How much.</param>
    /// <param name="asset">Of what.</param>
    /// <param name="options">What for, and how long to wait.</param>
    /// <param name="progress">Told each stage once it is reached.</param>
    /// <param name="cancellationToken">Ends the waiting only: what is signed stays signed and goes on by itself.</param>
    /// <returns>Accepted or rejected by the contact's signature, or how far it has come when the waiting was over.</returns>
    public async Task<PaymentOutcome> PayAsync(
        ContactView contact, Amount amount, Asset asset, PayOptions? options = null, IProgress<PaymentProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contact);
        options ??= new PayOptions();
        cancellationToken.ThrowIfCancellationRequested();
        PaymentWatch watch = await _loop.PostAsync(engine =>
        {
            Book book = engine.Book.Book;
            RecordHash? request = options.Request is { } asked ? RecordNames.Request(book, asked) : null;
            RecordHash? reverses = options.Reverses is { } reversed ? RecordNames.Transaction(book, reversed).Hash : null;
            return engine.Pay(contact.Id, new Transaction(amount, asset, Text(options.Memo), options.Due, request, reverses), options.Wait, options.Later);
        }).ConfigureAwait(false);
        return await FollowAsync(watch, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A payment whose only word is a memo; else as the other.</summary>
    public Task<PaymentOutcome> PayAsync(ContactView contact, Amount amount, Asset asset, string memo, CancellationToken cancellationToken = default) =>
        PayAsync(contact, amount, asset, new PayOptions { Memo = memo }, null, cancellationToken);

    /// <summary>Asks a contact for a transaction; ends once the request is on their disk, or when the waiting is over.</summary>
    public async Task<PaymentOutcome> RequestAsync(
        ContactView contact, Amount amount, Asset asset, RequestOptions? options = null, IProgress<PaymentProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contact);
        options ??= new RequestOptions();
        PaymentWatch watch = await _loop.PostAsync(engine =>
            engine.Ask(contact.Id, new Request(amount, asset, Text(options.Memo), options.Due), options.Wait, options.Later)).ConfigureAwait(false);
        return await FollowAsync(watch, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tries again to have one's own waiting transactions delivered and decided: one, or all.</summary>
    /// <param name="id">Which; null for all.</param>
    /// <param name="wait">How long.</param>
    /// <param name="progress">Told each stage of each.</param>
    /// <param name="cancellationToken">Ends the waiting only.</param>
    public async Task<IReadOnlyList<PaymentOutcome>> RetryAsync(
        Guid? id = null, TimeSpan? wait = null, IProgress<PaymentProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TimeSpan patience = wait ?? TimeSpan.FromSeconds(60);
        List<PaymentWatch> watches = await _loop.PostAsync(engine =>
        {
            Book book = engine.Book.Book;
            List<BookedTransaction> waiting = id is { } one
                ? [RecordNames.Transaction(book, one)]
                : [.. book.Contacts.Where(contact => !contact.IsRemoved).SelectMany(contact => contact.Account.UndecidedOutgoing).OrderBy(booked => booked.Order)];
            return waiting.ConvertAll(booked => engine.Retry(booked, patience));
        }).ConfigureAwait(false);
        return await Task.WhenAll(watches.Select(watch => FollowAsync(watch, progress, cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>Takes a contact's transaction; returns once the signed decision is on the disk. It goes to the contact by itself.</summary>
    public Task AcceptAsync(Guid id, CancellationToken cancellationToken = default) => DecideAsync(id, true, null, cancellationToken);

    /// <summary>Does not take a contact's transaction; returns once the signed decision is on the disk.</summary>
    public Task RejectAsync(Guid id, string? reason = null, CancellationToken cancellationToken = default) => DecideAsync(id, false, Text(reason), cancellationToken);

    /// <summary>Takes back an own transaction that is not decided; returns once that is signed and on the disk. The decision may cross it.</summary>
    public async Task WithdrawAsync(Guid id, CancellationToken cancellationToken = default)
    {
        PaymentWatch watch = await _loop.PostAsync(engine =>
        {
            BookedTransaction booked = RecordNames.Transaction(engine.Book.Book, id);
            return engine.FollowSigning(booked.Contact.Id, engine.Book.Withdraw(booked.Hash));
        }).ConfigureAwait(false);
        await FollowAsync(watch, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Contacts' transactions that wait for a decision: those there are, then those that come. Ends when the node stops.</summary>
    public async IAsyncEnumerable<IncomingTransaction> IncomingAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (NodeEvent happened in EventsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (happened is NodeEvent.Received { Line: { Kind: HistoryKind.Transaction, State: TransactionState.Undecided } line })
                yield return new IncomingTransaction(this, line);
        }
    }

    /// <summary>
    /// What happens: first how it stands (<see cref="NodeEvent.Online"/> if so, each transaction that waits for a decision as received), then what
    /// comes. A reader that is 16,384 events behind loses the oldest; the ledger loses nothing. Ends when the node stops.
    /// </summary>
    public async IAsyncEnumerable<NodeEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Channel<NodeEvent> channel = _loop.Listen(engine => engine.Standing());
        try
        {
            await foreach (NodeEvent happened in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return happened;
        }
        finally
        {
            _loop.Unlisten(channel);
        }
    }

    /// <summary>Says bye to everybody, closes in order, and ends; what is not delivered waits on the disk.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default) => await _loop.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _joining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _loop.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _roads?.Dispose();
        _home.Dispose();
        _random.Dispose();
        Log.Stopped(_logger);
    }

    private async Task DecideAsync(Guid id, bool accepted, string? reason, CancellationToken cancellationToken)
    {
        PaymentWatch watch = await _loop.PostAsync(engine =>
        {
            BookedTransaction booked = RecordNames.Transaction(engine.Book.Book, id);
            return engine.FollowSigning(booked.Contact.Id, engine.Book.Decide([booked.Hash], accepted, reason));
        }).ConfigureAwait(false);
        await FollowAsync(watch, null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<PaymentOutcome> FollowAsync(PaymentWatch watch, IProgress<PaymentProgress>? progress, CancellationToken cancellationToken)
    {
        await foreach (WatchNote note in watch.Notes.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (note)
            {
                case WatchNote.Reached reached:
                    progress?.Report(reached.Progress);
                    break;
                case WatchNote.Ended ended:
                    return ended.Outcome;
                case WatchNote.Failed failed:
                    throw failed.Failure;
                default:
                    throw new UnreachableException($"note {note}");
            }
        }
        throw new UnreachableException("a watch ended without saying how");
    }

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
