using System.Text;
using Jangbu.Crypto;

namespace Jangbu.Tests.Crypto;

public sealed class PasswordBytesTests
{
    // Composed and decomposed forms after UAX #15 and NormalizationTest.txt; the right column is NFC.
    [Theory]
    [InlineData("비밀번호", "비밀번호")]
    [InlineData("\u1107\u1175\u1106\u1175\u11af\u1107\u1165\u11ab\u1112\u1169", "비밀번호")]
    [InlineData("\uac00\u11a8", "각")]
    [InlineData("\uac01\u11a8", "\uac01\u11a8")]
    [InlineData("e\u0301", "é")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u1e9b\u0323", "\u1e9b\u0323")]
    [InlineData("\u0044\u0307\u0323", "\u1e0c\u0307")]
    [InlineData("\u0061\u0315\u0300\u05ae\u0301\u0062", "\u00e0\u05ae\u0301\u0315\u0062")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\u0308\u0301", "\u0308\u0301")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\U0001d15e", "\U0001d157\U0001d165")]
    [InlineData("\U00011099\U000110ba", "\U0001109a")]
    [InlineData("\u0b47\u0300\u0b3e", "\u0b47\u0300\u0b3e")]
    [InlineData("\u1100\u0300\u1161", "\u1100\u0300\u1161")]
    [InlineData("\ufb01", "\ufb01")]
    [InlineData("", "")]
    public void From_AnyForm_IsUtf8OfItsComposedForm(string password, string composed) =>
        Assert.Equal(Encoding.UTF8.GetBytes(composed), PasswordBytes.From(password));

    [Fact]
    public void From_LoneSurrogate_Throws() => Assert.Throws<ArgumentException>(() => PasswordBytes.From("a\ud800"));

    [Theory]
    [InlineData("secret\n", "secret")]
    [InlineData("secret\r\n", "secret")]
    [InlineData("secret\n\n", "secret\n")]
    [InlineData("secret ", "secret ")]
    [InlineData("secret\r", "secret\r")]
    [InlineData("", "")]
    public void InFile_OneTrailingLineEnd_IsNotPartOfThePassword(string text, string password) =>
        Assert.Equal(password, PasswordBytes.InFile(text).ToString());
}
