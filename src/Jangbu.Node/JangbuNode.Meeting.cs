using Jangbu.Crypto;

namespace Jangbu.Node;

// Meeting somebody whose key is not known yet.
public sealed partial class JangbuNode
{
    /// <summary>Makes an invitation, writes it down, and waits for whoever has it, for 24 hours while this node is online.</summary>
    /// <returns>The link to hand over; used once. Whoever sees it first could be the one who comes: compare safety numbers.</returns>
    public async Task<string> InviteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfOffline("invite");
        InvitationCode code = InvitationCode.Generate(_random);
        await _loop.PostAsync(engine =>
        {
            engine.Book.Invite(code);
            engine.AwaitInvited(code);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return code.Link;
    }

    /// <summary>Looks for whoever made an invitation; both are contacts when this returns.</summary>
    /// <param name="link">The invitation's link.</param>
    /// <param name="wait">How long to look; default 60 seconds.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    /// <exception cref="JangbuException">No invitation (usage), or nobody was met in time (not reached).</exception>
    public async Task<ContactView> JoinAsync(string link, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(link);
        ThrowIfOffline("join");
        if (!InvitationCode.TryParse(link.Trim(), out InvitationCode? code))
        {
            throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, "this is no invitation link",
                ("option", "link"), ("value", link), ("range", "jangbu:invite/…"));
        }
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wait ?? TimeSpan.FromSeconds(60));
        IAsyncEnumerable<NodeEvent> events = EventsAsync(patience.Token);
        await using IAsyncEnumerator<NodeEvent> listening = events.GetAsyncEnumerator(CancellationToken.None);
        ValueTask<bool> next = listening.MoveNextAsync(); // It listens from here on, so that nothing is missed.
        await _loop.PostAsync(engine =>
        {
            engine.Join(code);
            return true;
        }).ConfigureAwait(false);
        try
        {
            while (await next.ConfigureAwait(false))
            {
                if (listening.Current is NodeEvent.Met met && met.Invitation == code.Code)
                    return Contacts[met.Contact];
                next = listening.MoveNextAsync();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await _loop.PostAsync(engine =>
            {
                engine.Leave(code);
                return true;
            }).ConfigureAwait(false);
            throw new JangbuException(FailureCode.NotMet, ExitCategory.NotReached, "nobody who made this invitation was met; try again while they are online", ("link", link));
        }
        throw new JangbuException(FailureCode.Stopped, ExitCategory.Access, "the node was stopped");
    }

    private void ThrowIfOffline(string what)
    {
        if (!Status.Online)
            throw new JangbuException(FailureCode.Offline, ExitCategory.Usage, $"{what} needs a node that is online", ("what", what));
    }
}
