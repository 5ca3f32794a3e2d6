namespace Jangbu.WebRtc.Sdp;

/// <summary>The value of <c>a=setup</c> (RFC 4145 §4, RFC 8842 §5).</summary>
public enum SetupRole
{
    /// <summary>No such line.</summary>
    None,

    /// <summary>Offers only: either role will do.</summary>
    ActPass,

    /// <summary>This side sends the ClientHello.</summary>
    Active,

    /// <summary>This side awaits the ClientHello.</summary>
    Passive,

    /// <summary>No connection for now; refused here.</summary>
    HoldConn,
}

/// <summary>
/// The one place where the DTLS roles are decided (RFC 8842 §5.2, §5.3): both sides call <see cref="TrySettle"/> with the same two values,
/// so what was written and what is acted can never differ.
/// </summary>
public static class DtlsRoleAgreement
{
    /// <summary>What to answer: active to actpass (and to an offer without the line), else the counterpart.</summary>
    public static SetupRole AnswerTo(SetupRole offered) => offered switch
    {
        SetupRole.Active => SetupRole.Passive,
        SetupRole.HoldConn => SetupRole.HoldConn,
        _ => SetupRole.Active,
    };

    /// <summary>Finds who is the DTLS client.</summary>
    /// <param name="offered">The offer's value; missing counts as actpass, as libwebrtc reads it.</param>
    /// <param name="answered">The answer's value; missing or actpass, which an answer must not say, counts as what we would have answered.</param>
    /// <param name="offererIsClient">True when the offerer sends the ClientHello.</param>
    /// <returns>False when both say active, both passive, or one holdconn: no DTLS is possible.</returns>
    public static bool TrySettle(SetupRole offered, SetupRole answered, out bool offererIsClient)
    {
        if (answered is SetupRole.None or SetupRole.ActPass)
            answered = AnswerTo(offered);
        offererIsClient = answered == SetupRole.Passive;
        return answered switch
        {
            SetupRole.Active => offered is SetupRole.ActPass or SetupRole.None or SetupRole.Passive,
            SetupRole.Passive => offered is SetupRole.ActPass or SetupRole.None or SetupRole.Active,
            _ => false,
        };
    }
}
