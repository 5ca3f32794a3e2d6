using System.Security.Cryptography;
using Jangbu.Crypto;

namespace Jangbu.Tests.Crypto;

public sealed class InvitationCodeTests
{
    private const string Code = "AQABAgMEBQYHCAkKCwwNDg8";

    [Fact]
    public void TryParse_LinkOrCode_GivesTheSecret()
    {
        Assert.True(InvitationCode.TryParse("jangbu:invite/" + Code, out InvitationCode? invitation));
        Assert.Equal(Enumerable.Range(0, 16).Select(value => (byte)value), invitation.Secret);
        Assert.Equal(Code, invitation.Code);
        Assert.True(InvitationCode.TryParse(Code, out InvitationCode? again));
        Assert.Equal(invitation, again);
        Assert.DoesNotContain(Code, invitation.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("jangbu:invite/")]
    [InlineData("jangbu:card/AQABAgMEBQYHCAkKCwwNDg8")]
    [InlineData("AgABAgMEBQYHCAkKCwwNDg8")]
    [InlineData("AQABAgMEBQYHCAkKCwwNDg")]
    [InlineData("AQABAgMEBQYHCAkKCwwNDg9")]
    [InlineData("AQABAgMEBQYHCAkKCwwNDg8=")]
    [InlineData("AQABAgMEBQYHCAkKCwwNDg8A")]
    [InlineData(" AQABAgMEBQYHCAkKCwwNDg8")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(InvitationCode.TryParse(text, out _));

    [Fact]
    public void Generate_Twice_GivesTwoSecretsThatAreReadBack()
    {
        using var random = RandomNumberGenerator.Create();
        InvitationCode one = InvitationCode.Generate(random), other = InvitationCode.Generate(random);
        Assert.NotEqual(one, other);
        Assert.True(InvitationCode.TryParse(one.Link, out InvitationCode? read));
        Assert.Equal(one, read);
    }
}
