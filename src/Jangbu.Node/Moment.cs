namespace Jangbu.Node;

/// <summary>One moment on both clocks.</summary>
/// <param name="Now">Since the start; never goes back. Deadlines are on this one.</param>
/// <param name="Wall">The calendar; may jump. Only what others read is on this one.</param>
internal readonly record struct Moment(TimeSpan Now, DateTimeOffset Wall);
