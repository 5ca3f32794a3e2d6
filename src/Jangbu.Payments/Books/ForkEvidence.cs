namespace Jangbu.Payments.Books;

/// <summary>Two records signed by one author that cannot both stand in one lane.</summary>
/// <param name="First">The record that was held, as JWS.</param>
/// <param name="Second">The record that does not fit it, as JWS.</param>
public sealed record ForkEvidence(string First, string Second)
{
    /// <summary>Forks kept for one contact (PROTOCOL §8); one alone stops automatic acceptance.</summary>
    public const int MaxKept = 16;
}
