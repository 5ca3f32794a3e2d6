using Jangbu.Crypto.OpenSsl;

namespace Jangbu.Tests.Crypto.OpenSsl;

public sealed class X25519KeyTests
{
    [Theory]
    [InlineData("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d", "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void TryAgree_VectorsOfRfc7748Section52_GivesTheirOutput(string scalar, string point, string output)
    {
        using X25519Key key = X25519Key.FromPrivate(Convert.FromHexString(scalar));
        Assert.True(key.TryAgree(Convert.FromHexString(point), out byte[] shared));
        Assert.Equal(output, Convert.ToHexStringLower(shared));
    }

    [Fact]
    public void TryAgree_KeysOfSmallOrder_IsRefused()
    {
        using X25519Key key = X25519Key.FromPrivate(Enumerable.Repeat((byte)7, 32).ToArray());
        string[] smallOrder =
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ];
        foreach (string point in smallOrder)
        {
            Assert.False(key.TryAgree(Convert.FromHexString(point), out byte[] shared));
            Assert.Equal(new byte[32], shared);
        }
        Assert.False(key.TryAgree(new byte[31], out _));
    }

    [Fact]
    public void OpenSsl_Installed_NamesItsVersion()
    {
        Assert.StartsWith("OpenSSL 3", OpenSslPackage.Version, StringComparison.Ordinal);
        Assert.Contains(OpenSslPackage.FileNames[0], OpenSslPackage.MissingMessage, StringComparison.Ordinal);
    }
}
