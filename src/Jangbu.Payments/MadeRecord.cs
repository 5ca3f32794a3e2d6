using Jangbu.Payments.Records;

namespace Jangbu.Payments;

/// <summary>A record that was begun: it will be signed and written, and can be named by its hash at once.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Hash">Its hash.</param>
public readonly record struct MadeRecord(Guid Id, RecordHash Hash);
