namespace Jangbu.Dht;

/// <content>When an automatic node serves (BEP 43): it must not enter others' tables before it can be reached.</content>
public sealed partial class DhtNode
{
    /// <summary>Addresses remembered as asked by us, so that a query from another one proves that strangers get through.</summary>
    private const int MaximumAsked = 8192;

    /// <summary>How long a node waits before it tries to serve without a proof, and for the proof once it does.</summary>
    private static readonly TimeSpan Trial = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan TrialPause = TimeSpan.FromHours(4);

    private readonly HashSet<NodeAddress> asked = [];
    private TimeSpan nextTrial = Trial;
    private bool onTrial;

    private void SetServing(bool serves)
    {
        if (Serves == serves)
            return;
        Serves = serves;
        Raise(new DhtEvent.ServingChanged(serves));
    }

    private void NoteAsked(NodeAddress address)
    {
        if (options.Mode == DhtMode.Automatic && asked.Count < MaximumAsked)
            asked.Add(address.Host);
    }

    private void NoteUnasked(TimeSpan now, NodeAddress asker)
    {
        if (options.Mode != DhtMode.Automatic || (Serves && !onTrial) || asked.Contains(asker.Host) || asked.Count >= MaximumAsked)
            return;
        onTrial = false;
        nextTrial = now + TrialPause;
        SetServing(true);
    }

    /// <summary>Nobody asks a node that says it is read-only, so without trying it would never know.</summary>
    private void TryServing(TimeSpan now)
    {
        if (options.Mode != DhtMode.Automatic || now < nextTrial)
            return;
        if (onTrial)
        {
            onTrial = false;
            nextTrial = now + TrialPause;
            SetServing(false);
        }
        else if (!Serves && Array.Exists(networks, network => network is { Votes: { HasQuorum: true, IsStable: true } }))
        {
            onTrial = true;
            asked.Clear();
            nextTrial = now + Trial;
            SetServing(true);
        }
    }

    private void AddressChanged(TimeSpan now, NodeAddress address)
    {
        if (options.Mode != DhtMode.Automatic || address.IsPrivate || !Serves || onTrial)
            return;
        // What was proved held for the old address.
        onTrial = true;
        asked.Clear();
        nextTrial = now + Trial;
    }
}
