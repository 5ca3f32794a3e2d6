using Jangbu.Node.Slots;

namespace Jangbu.Node;

// Letters, where no direct path exists (PROTOCOL §4.4).
internal sealed partial class Rendezvous
{
    /// <summary>Puts a letter for a contact into the DHT in place of the one before, and keeps it there; null takes it back.</summary>
    /// <param name="now">The time.</param>
    /// <param name="pair">For whom.</param>
    /// <param name="content">A JSON array of envelopes, at most <see cref="SlotKeys.MaxContent"/> bytes.</param>
    public void SetLetter(Moment now, Pair pair, byte[]? content)
    {
        if (content is null)
        {
            pair.Own.Remove(SlotName.Letter);
            pair.Letter = null;
            return;
        }
        if (pair.Letter is { } before && before.AsSpan().SequenceEqual(content))
            return;
        pair.Letter = content;
        Store(pair, SlotName.Letter, _epochs.Current, NextSeq(now.Wall), content);
        _deadline = TimeSpan.Zero;
    }

    /// <summary>Looks for a contact's letter now; <see cref="RendezvousEvent.LetterFound"/> follows where there is a new one.</summary>
    public void ReadLetter(Moment now, Pair pair)
    {
        pair.LetterDue = now.Now + LetterInterval;
        Read(pair, SlotName.Letter, _epochs.Current, cheap: false);
        // A letter written in the last hour lies in its slot; who reads every five minutes needs the one before only near the border.
        if (_epochs.Neighbour is { } other)
            Read(pair, SlotName.Letter, other, cheap: false);
    }

    private void AdvanceLetter(Moment now, Pair pair)
    {
        if (pair.Letter is { } content && pair.Own.TryGetValue(SlotName.Letter, out OwnValue? own) && own.Keys.Epoch != _epochs.Current)
            Store(pair, SlotName.Letter, _epochs.Current, NextSeq(now.Wall), content); // The hour is over: this is the hourly renewal too.
        if (_listening && pair.Contact is not null && now.Now >= pair.LetterDue)
            ReadLetter(now, pair);
    }

    private static readonly TimeSpan LetterInterval = TimeSpan.FromMinutes(5);
}
