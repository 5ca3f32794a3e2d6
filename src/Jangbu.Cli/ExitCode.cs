namespace Jangbu.Cli;

/// <summary>What the command ends with; a promise to scripts (docs/CLI.md, "Exit codes").</summary>
internal enum ExitCode
{
    Done = 0,
    Internal = 1,
    Usage = 2,
    NotFound = 3,
    NotReached = 4,
    Refused = 5,
    Integrity = 6,
    Locked = 7,
    NoNetwork = 8,
    Undecided = 9,
    Interrupted = 130,
}
