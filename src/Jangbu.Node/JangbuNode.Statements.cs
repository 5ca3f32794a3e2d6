using Jangbu.Crypto;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Node;

// Balances signed by both, and the same envelopes by file.
public sealed partial class JangbuNode
{
    /// <summary>
    /// Signs what is owed between a contact and me (PROTOCOL §2, <c>balance</c>). Where theirs is held with the same figures and not accepted yet, this
    /// accepts it, and then both have signed.
    /// </summary>
    /// <returns>The record's hash, once it is signed and on the disk; it goes to the contact by itself.</returns>
    public async Task<BalanceSigned> SignBalanceAsync(string contact, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contact);
        (PaymentWatch watch, bool both) = await _loop.PostAsync(engine =>
        {
            Contact with = BookViews.Find(engine.Book.Book, contact);
            BalanceStatement mine = new([.. with.Account.NetByAsset()], []);
            RecordHash? theirs = with.Account.Balances.Where(stated => !stated.IsOutgoing && stated.AcceptedBy is null && mine.Negates(stated.Body))
                .OrderBy(stated => stated.Order).LastOrDefault()?.Hash;
            return (engine.FollowSigning(with.Id, engine.Book.SignBalance(with.Id, theirs)), theirs is not null);
        }).ConfigureAwait(false);
        PaymentOutcome outcome = await FollowAsync(watch, null, cancellationToken).ConfigureAwait(false);
        return new BalanceSigned(outcome.Tx, both);
    }

    /// <summary>
    /// What a contact is not known to hold, sealed for them: one text a file <c>.jbmsg</c>. Empty where they lack nothing. Repeats are harmless,
    /// whatever road they take.
    /// </summary>
    public IReadOnlyList<string> SealedFor(string contact)
    {
        ArgumentNullException.ThrowIfNull(contact);
        return _loop.Read(engine => engine.Book.WriteEnvelopes(BookViews.Find(engine.Book.Book, contact).Id));
    }

    /// <summary>Takes what a contact has sealed for me, by file or any other road; it is on the disk when this returns.</summary>
    /// <param name="envelope">The text of a <c>.jbmsg</c> file.</param>
    /// <param name="cancellationToken">Ends the waiting only.</param>
    /// <exception cref="JangbuException"><see cref="FailureCode.EnvelopeRefused"/>: nothing was changed.</exception>
    public async Task ImportAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource<RefusalCode?> taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _loop.PostAsync(engine =>
        {
            engine.Import(envelope.Span, taken);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (await taken.Task.WaitAsync(cancellationToken).ConfigureAwait(false) is { } code)
        {
            throw new JangbuException(FailureCode.EnvelopeRefused, ExitCategory.Integrity, $"the file was not taken: {WireName.Of(code)}; nothing was changed",
                ("code", WireName.Of(code)));
        }
    }
}

/// <summary>A balance that I have signed.</summary>
/// <param name="Hash">The record's hash.</param>
/// <param name="ByBoth">True when it accepts the contact's own with the same figures.</param>
public sealed record BalanceSigned(string Hash, bool ByBoth);
