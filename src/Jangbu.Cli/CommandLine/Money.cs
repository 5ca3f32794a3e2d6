using Jangbu.Cli.Terminal;
using Jangbu.Payments;

namespace Jangbu.Cli.CommandLine;

/// <summary>Reads amounts and assets from a command line, in the protocol's one spelling.</summary>
internal static class Money
{
    public static Amount Amount(string text) => Payments.Amount.TryParse(text, out Amount amount) ? amount
        : throw new UsageException(new(
            $"금액은 0보다 큰 수를 숫자로만 적습니다 (예: 12000, 0.5): {Printable.From(text)}. 아무것도 보내지 않았습니다.",
            $"An amount is a number above zero in plain digits (12000, 0.5): {Printable.From(text)}. Nothing was sent."));

    public static Asset Asset(string text) => Payments.Asset.TryParse(text, out Asset asset) ? asset
        : throw new UsageException(new(
            $"무엇인지는 대문자 세 자 이상으로 적습니다 (예: KRW, USD): {Printable.From(text)}",
            $"An asset is three or more capital letters (KRW, USD): {Printable.From(text)}"));

    public static DateOnly? Date(string? text, string option)
    {
        if (text is null)
            return null;
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", out DateOnly date) ? date
            : throw new UsageException(new($"{option}는 2026-12-31처럼 적습니다: {Printable.From(text)}", $"{option} is written as 2026-12-31: {Printable.From(text)}"));
    }
}
