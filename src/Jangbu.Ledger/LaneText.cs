namespace Jangbu.Ledger;

/// <summary>A lane's UUID as text, lower case and nothing else.</summary>
internal static class LaneText
{
    public static bool TryParse(string text, out Guid lane) =>
        Guid.TryParseExact(text, "D", out lane) && lane.ToString("D") == text;
}
