using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <content>Joining the network, keeping the table fresh, knowing the outer address.</content>
public sealed partial class DhtNode
{
    /// <summary>Pings for the table's sake in flight at once.</summary>
    public const int MaximumChecks = 8;

    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan JoinInterval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(5);

    private TimeSpan nextUpkeep;
    private TimeSpan nextExpiry = ExpiryInterval;
    private int checks;

    private void Upkeep(TimeSpan now)
    {
        nextUpkeep = now + UpkeepInterval;
        if (now >= nextExpiry)
        {
            nextExpiry = now + ExpiryInterval;
            items.Expire(now);
            peers.Expire(now);
        }
        pacer.Forget(now);
        limiter.Forget(now);
        TryServing(now);
        foreach (DhtNetwork? network in networks)
        {
            if (network is null || (network.Table.Count + network.Bootstraps.Count + network.Remembered.Count == 0))
                continue;
            if (network.Joining is null && now >= network.NextJoin)
                Join(now, network);
            else if (network.Joining is null)
                Refresh(now, network);
            CheckQuestionable(now, network);
            if (network.Joining is null && network.NextJoin < nextUpkeep)
                nextUpkeep = network.NextJoin;
        }
    }

    private void Join(TimeSpan now, DhtNetwork network)
    {
        network.NextJoin = now + JoinInterval;
        var operation = new Operation(default, OperationKind.FindNode, network.Table.Own) { IsInternal = true };
        network.Joining = operation;
        BeginInternal(now, network, operation);
    }

    private void BeginInternal(TimeSpan now, DhtNetwork network, Operation operation)
    {
        // Filling a bucket needs a few nodes of it, not the very closest.
        var lookup = new Lookup(operation.Target, operation.Target == network.Table.Own ? RoutingTable.K : RefreshWidth);
        network.Table.Closest(now, operation.Target, RoutingTable.K, onlyGood: false, nearest);
        foreach (DhtContact contact in nearest)
            Offer(network, lookup, contact.Id, contact.Address, 1);
        OfferBeginnings(network, lookup);
        operation.Searches.Add((network, lookup));
        Drive(now, operation);
    }

    private void JoinEnded(TimeSpan now, Operation operation)
    {
        foreach (DhtNetwork? network in networks)
        {
            if (network is null || network.Joining != operation)
                continue;
            network.Joining = null;
            if (operation.Target == network.Table.Own)
            {
                Raise(new DhtEvent.Joined(network.Table.Count));
                if (network.Table.Count == 0)
                {
                    TimeSpan retry = FirstRetry * (1 << Math.Min(network.FailedJoins++, 6));
                    network.NextJoin = now + (retry < LastRetry ? retry : LastRetry);
                    nextUpkeep = network.NextJoin;
                    return;
                }
                network.FailedJoins = 0;
                PlanRefreshes(network);
            }
            Refresh(now, network);
            return;
        }
    }

    /// <summary>After the neighbourhood the rest of the space: a node that serves needs some contacts in each part of it.</summary>
    private void PlanRefreshes(DhtNetwork network)
    {
        network.Refreshes.Clear();
        if (!Serves)
            return;
        int depth = network.Table.Depth;
        for (int prefix = depth - 1; prefix >= 0; prefix--)
        {
            if (network.Table.CountAt(prefix) < RoutingTable.K)
                network.Refreshes.Enqueue(prefix);
        }
    }

    private void Refresh(TimeSpan now, DhtNetwork network)
    {
        int prefix = -1;
        while (network.Refreshes.TryDequeue(out int planned))
        {
            if (network.Table.CountAt(planned) >= RoutingTable.K || planned >= MaximumRefreshPrefix)
                continue;
            prefix = planned;
            break;
        }
        if (prefix < 0)
        {
            foreach (int stale in network.Table.StaleBuckets(now))
            {
                prefix = stale;
                break;
            }
        }
        if (prefix < 0)
            return;
        network.Table.Refreshed(now, prefix);
        network.Joining = new Operation(default, OperationKind.FindNode, network.Table.Own.RandomInBucket(prefix, random)) { IsInternal = true };
        BeginInternal(now, network, network.Joining);
    }

    /// <summary>Nodes that must have answered when a bucket is refreshed: each of them names eight more.</summary>
    private const int RefreshWidth = 4;

    /// <summary>Deeper than this no network fills a bucket; the lookup of the own id covers it.</summary>
    private const int MaximumRefreshPrefix = 48;

    private void CheckQuestionable(TimeSpan now, DhtNetwork network)
    {
        foreach (DhtContact contact in network.Table.Contacts.Where(contact => !contact.IsGood(now)).OrderBy(contact => contact.LastAnswer).Take(MaximumChecks).ToArray())
            Check(now, contact.Address, contact.Id);
    }

    private void TakeExternalAddress(TimeSpan now, DhtNetwork network)
    {
        if (network.Votes.Address is not { } address)
            return;
        Raise(new DhtEvent.ExternalAddress(address.ToEndPoint(), network.Votes.IsStable));
        AddressChanged(now, address);
        if (!network.Votes.HasQuorum || SecureNodeId.Fits(network.Table.Own, address))
            return;
        network.Rename(SecureNodeId.Create(address, random));
        network.NextJoin = now;
        nextUpkeep = now;
    }
}
