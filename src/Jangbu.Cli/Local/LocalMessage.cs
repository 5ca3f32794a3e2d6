using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jangbu.Cli.Local;

/// <summary>
/// One line of JSON between a command and the process that has its home open. Exactly one member beside the first message's is set.
/// </summary>
internal sealed record LocalMessage
{
    /// <summary>First message of the client: the words that were typed.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>With it: the folder against which file names are meant.</summary>
    public string? Folder { get; init; }

    /// <summary>With it: whether talk goes to a terminal there.</summary>
    public bool? Terminal { get; init; }

    /// <summary>With it: whether the person can be asked there.</summary>
    public bool? CanAsk { get; init; }

    /// <summary>With it: the language, since the environment is the client's.</summary>
    public string? Language { get; init; }

    /// <summary>Client: the person's answer to <see cref="Ask"/>.</summary>
    public bool? Answer { get; init; }

    /// <summary>Server: a piece of the result.</summary>
    public string? Result { get; init; }

    /// <summary>Server: a line of talk.</summary>
    public string? Talk { get; init; }

    /// <summary>Server: a line of talk that may be overwritten.</summary>
    public string? Progress { get; init; }

    /// <summary>Server: a question for the person.</summary>
    public string? Ask { get; init; }

    /// <summary>Server, last: the exit code.</summary>
    public int? Exit { get; init; }
}

/// <summary>Reads and writes <see cref="LocalMessage"/> without reflection at start.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LocalMessage))]
internal sealed partial class LocalMessageFormat : JsonSerializerContext;
