using Jangbu.WebRtc.Dtls;

namespace Jangbu.Tests.Dtls;

/// <summary>Fingerprints as descriptions write them (RFC 8122 §5).</summary>
public sealed class DtlsFingerprintTests
{
    private const string Empty =
        "sha-256 E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55";

    [Fact]
    public void Text_InEitherCase_IsRead()
    {
        Assert.Equal(Empty, DtlsFingerprint.OfCertificate([]).ToString());
        Assert.True(DtlsFingerprint.TryParse(Empty, out DtlsFingerprint? upper));
        Assert.True(DtlsFingerprint.TryParse("SHA-256" + Empty[7..].ToLowerInvariant(), out DtlsFingerprint? lower));
        Assert.Equal(upper, lower);
        Assert.True(upper.Matches([]));
        Assert.False(upper.Matches([0]));
        Assert.Equal(upper, DtlsFingerprint.FromSha256(upper.Value));
    }

    [Theory]
    [InlineData("sha-384", 48)]
    [InlineData("sha-512", 64)]
    public void LongerHashes_AreKnown(string name, int length)
    {
        byte[] der = [1, 2, 3];
        byte[] hash = length == 48 ? System.Security.Cryptography.SHA384.HashData(der) : System.Security.Cryptography.SHA512.HashData(der);
        Assert.True(DtlsFingerprint.TryParse($"{name} {BitConverter.ToString(hash).Replace('-', ':')}", out DtlsFingerprint? fingerprint));
        Assert.True(fingerprint.Matches(der));
        Assert.False(fingerprint.Matches([1, 2]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha-256")]
    [InlineData("sha-256 ")]
    [InlineData("sha-256 E3")]
    [InlineData("sha-1 DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09")]
    [InlineData("md5 D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E")]
    [InlineData("sha-256 E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:5G")]
    [InlineData("sha-256 E3-B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55")]
    [InlineData("sha-256 E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55:00")]
    [InlineData("sha-256  E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:5")]
    public void Text_InAnotherForm_IsRefused(string text) => Assert.False(DtlsFingerprint.TryParse(text, out _));
}
