using Jangbu.WebRtc.Sdp;

namespace Jangbu.Tests.Sdp;

/// <summary>One place decides who is the DTLS client (RFC 8842 §5).</summary>
public sealed class DtlsRoleAgreementTests
{
    [Theory]
    [InlineData(SetupRole.ActPass, SetupRole.Active)]
    [InlineData(SetupRole.None, SetupRole.Active)]
    [InlineData(SetupRole.Active, SetupRole.Passive)]
    [InlineData(SetupRole.Passive, SetupRole.Active)]
    [InlineData(SetupRole.HoldConn, SetupRole.HoldConn)]
    public void Answer_ToEachOffer_IsItsCounterpart(SetupRole offered, SetupRole answered) => Assert.Equal(answered, DtlsRoleAgreement.AnswerTo(offered));

    [Theory]
    [InlineData(SetupRole.ActPass, SetupRole.Active, true, false)]
    [InlineData(SetupRole.ActPass, SetupRole.Passive, true, true)]
    [InlineData(SetupRole.ActPass, SetupRole.None, true, false)]
    [InlineData(SetupRole.ActPass, SetupRole.ActPass, true, false)]
    [InlineData(SetupRole.None, SetupRole.Active, true, false)]
    [InlineData(SetupRole.Active, SetupRole.Passive, true, true)]
    [InlineData(SetupRole.Active, SetupRole.None, true, true)]
    [InlineData(SetupRole.Passive, SetupRole.Active, true, false)]
    [InlineData(SetupRole.Active, SetupRole.Active, false, false)]
    [InlineData(SetupRole.Passive, SetupRole.Passive, false, true)]
    [InlineData(SetupRole.ActPass, SetupRole.HoldConn, false, false)]
    [InlineData(SetupRole.HoldConn, SetupRole.Active, false, false)]
    public void Roles_OfEachOfferAndAnswer_AreSettledOrRefused(SetupRole offered, SetupRole answered, bool possible, bool offererIsClient)
    {
        Assert.Equal(possible, DtlsRoleAgreement.TrySettle(offered, answered, out bool client));
        if (possible)
            Assert.Equal(offererIsClient, client);
    }

    [Fact]
    public void WhatWeAnswer_IsAlwaysWhatWeThenAct()
    {
        foreach (SetupRole offered in Enum.GetValues<SetupRole>())
        {
            SetupRole answered = DtlsRoleAgreement.AnswerTo(offered);
            if (DtlsRoleAgreement.TrySettle(offered, answered, out bool offererIsClient))
                Assert.Equal(answered == SetupRole.Passive, offererIsClient);
            else
                Assert.Equal(SetupRole.HoldConn, offered);
        }
    }
}
