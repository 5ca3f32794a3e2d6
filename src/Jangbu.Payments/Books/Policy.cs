namespace Jangbu.Payments.Books;

/// <summary>What a person allows a contact in one asset (PROTOCOL §2.2).</summary>
/// <param name="Limit">How far they may be in my debt, in units of 10^-8; null for no limit. Zero is a limit too.</param>
/// <param name="AutoAccept">The largest single amount taken without a person, in units of 10^-8; 0 by default.</param>
public readonly record struct Policy(Int128? Limit, Int128 AutoAccept);
