using Jangbu.Ledger;
using Microsoft.Extensions.Logging;

namespace Jangbu.Node;

/// <summary>Log lines of this project, 5000 to 5999. Never keys, amounts, memos, addresses or a whole id.</summary>
internal static partial class Log
{
    /// <summary>The node runs.</summary>
    [LoggerMessage(5001, LogLevel.Information, "Node started with {Contacts} contacts, DHT port {Port}")]
    public static partial void Started(ILogger logger, int contacts, int port);

    /// <summary>The node has ended.</summary>
    [LoggerMessage(5002, LogLevel.Information, "Node stopped")]
    public static partial void Stopped(ILogger logger);

    /// <summary>It could not say bye.</summary>
    [LoggerMessage(5003, LogLevel.Warning, "Node stopped without saying bye: {Code}")]
    public static partial void StoppedBadly(ILogger logger, string code);

    /// <summary>The disk failed.</summary>
    [LoggerMessage(5010, LogLevel.Warning, "Not stored ({Reason}): {Message}; nothing was sent or acknowledged")]
    public static partial void NotStored(ILogger logger, StorageFailure reason, string message);

    /// <summary>A fault of this program.</summary>
    [LoggerMessage(5011, LogLevel.Error, "A fault of this program ended the node")]
    public static partial void Fault(ILogger logger, Exception fault);

    /// <summary>Names take long.</summary>
    [LoggerMessage(5021, LogLevel.Information, "Names of bootstrap nodes or servers are not resolved yet; going on")]
    public static partial void SlowNames(ILogger logger);

    /// <summary>A bootstrap name that does not resolve.</summary>
    [LoggerMessage(5020, LogLevel.Warning, "Bootstrap node {Name} cannot be resolved")]
    public static partial void Unresolved(ILogger logger, string name);
}
