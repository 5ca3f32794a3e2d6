using System.Text.Json;
using Jangbu.Crypto;

namespace Jangbu.Tests.Crypto;

public sealed class SafetyNumberTests
{
    [Fact]
    public void Compute_Vectors_GivesTheirDigits()
    {
        foreach (JsonElement vector in VectorFile.Json("jangbu/identity.json").GetProperty("safety_numbers").EnumerateArray())
        {
            PeerId a = PeerId.FromThumbprint(Convert.FromHexString(vector.GetProperty("a").GetString()!));
            PeerId b = PeerId.FromThumbprint(Convert.FromHexString(vector.GetProperty("b").GetString()!));
            Assert.Equal(vector.GetProperty("digits").GetString(), SafetyNumber.Compute(a, b));
            Assert.Equal(vector.GetProperty("digits").GetString(), SafetyNumber.Compute(b, a));
        }
    }

    [Fact]
    public void Format_SixtyDigits_GivesTwelveGroups() =>
        Assert.Equal("01234 56789 01234", SafetyNumber.Format("012345678901234"));
}
