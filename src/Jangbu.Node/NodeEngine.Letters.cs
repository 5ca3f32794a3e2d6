using System.Text;
using Jangbu.Node.Slots;

namespace Jangbu.Node;

// Letters, where no direct path exists (PROTOCOL §4.4).
internal sealed partial class NodeEngine
{
    /// <summary>After an attempt without a channel: what waits goes by letter from the second one on, and theirs is looked for.</summary>
    private void TurnToLetters(ContactLink link, bool answered)
    {
        if (link.Id is null || (!answered && link.Failures < FailuresBeforeLetters))
            return;
        _network!.Rendezvous.ReadLetter(_now, link.Pair);
        link.LettersStale = true;
    }

    /// <summary>Writes, replaces or takes back the letters of those whose book has changed; called after the flush.</summary>
    private void WriteLetters()
    {
        if (_network is not { } network)
            return;
        foreach (ContactLink link in _links.Values)
        {
            if (!link.LettersStale)
                continue;
            link.LettersStale = false;
            bool open = link.Attempt is { State: AttemptState.Open };
            bool byLetter = !open && (link.HasWritten || link.Failures >= FailuresBeforeLetters);
            string? letter = byLetter && Book.HasUndelivered(link.Id!.Value) ? Book.WriteLetter(link.Id.Value, SlotKeys.MaxContent) : null;
            network.Rendezvous.SetLetter(_now, link.Pair, letter is null ? null : Encoding.UTF8.GetBytes(letter));
        }
    }

    private const int FailuresBeforeLetters = 2;
}
