using Jangbu.Payments;

namespace Jangbu.Node;

/// <summary>What the ledger's writer refuses, in the codes of the public API.</summary>
internal static class Refusals
{
    /// <summary>The failure as a caller should see it.</summary>
    public static JangbuException Translate(CommandRefusedException refused)
    {
        (string code, ExitCategory category) = refused.Reason switch
        {
            CommandRefusal.UnknownContact => (FailureCode.ContactUnknown, ExitCategory.NotFound),
            CommandRefusal.UnknownRecord or CommandRefusal.UnknownInvitation => (FailureCode.TransactionUnknown, ExitCategory.NotFound),
            CommandRefusal.AlreadyDecided or CommandRefusal.NotYours or CommandRefusal.NotReversible => (FailureCode.TransactionState, ExitCategory.Usage),
            CommandRefusal.LedgerIsOld => (FailureCode.LedgerOld, ExitCategory.Integrity),
            CommandRefusal.AmountPrecision => (FailureCode.AmountPrecision, ExitCategory.Usage),
            CommandRefusal.NameTaken => (FailureCode.ContactNameTaken, ExitCategory.Integrity),
            CommandRefusal.OwnCard => (FailureCode.CardIsMine, ExitCategory.Usage),
            CommandRefusal.CardDiffers => (FailureCode.ContactKeyChanged, ExitCategory.Integrity),
            CommandRefusal.TooMany => (FailureCode.ContactsFull, ExitCategory.Usage),
            CommandRefusal.BadText => (FailureCode.OptionInvalid, ExitCategory.Usage),
            _ => throw new System.Diagnostics.UnreachableException($"refusal {refused.Reason}"),
        };
        return new JangbuException(code, category, refused.Message, refused, ("message", refused.Message));
    }
}
