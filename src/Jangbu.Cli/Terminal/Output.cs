namespace Jangbu.Cli.Terminal;

/// <summary>Where lines go: a process's streams, or another process over the local socket.</summary>
internal interface ILineSink
{
    /// <summary>A piece of the result.</summary>
    void Result(string text);

    /// <summary>A line of talk.</summary>
    void Talk(string line);

    /// <summary>A line of talk that the next one may overwrite.</summary>
    void Progress(string line);

    /// <summary>Asks the person; false also where nobody can be asked.</summary>
    bool Ask(string question);

    /// <summary>Whether somebody can be asked.</summary>
    bool CanAsk { get; }

    /// <summary>Whether talk goes to a terminal.</summary>
    bool IsTerminal { get; }
}

/// <summary>
/// Where a command speaks: results on stdout, talk on stderr; with <c>--json</c> one JSON object a line on stdout and nothing else there.
/// </summary>
internal sealed class Output(ILineSink sink, bool json, Language language)
{
    public bool Json => json;

    public Language Language => language;

    /// <summary>Whether lines may be rewritten in place.</summary>
    public bool TalkIsTerminal => sink.IsTerminal;

    /// <summary>Whether the person can be asked.</summary>
    public bool CanAsk => sink.CanAsk && !json;

    public static Output ForProcess(bool json, Language language) => new(ProcessStreams.Instance, json, language);

    /// <summary>A line of the result for a person; nothing with <c>--json</c>.</summary>
    public void Line(Text text) => Line(text.In(language));

    /// <inheritdoc cref="Line(Text)"/>
    public void Line(string text)
    {
        if (!json)
            sink.Result(text + "\n");
    }

    /// <summary>Talk beside the result: what happens, what to do next. Goes to stderr also with <c>--json</c>.</summary>
    public void Say(Text text) => sink.Talk(text.In(language));

    /// <inheritdoc cref="Say(Text)"/>
    public void Say(string text) => sink.Talk(text);

    /// <summary>Talk that the next such line may overwrite on a terminal; a line of its own elsewhere.</summary>
    public void Progress(string text) => sink.Progress(text);

    /// <summary>One JSON object on stdout; nothing without <c>--json</c>.</summary>
    public void Object(params IEnumerable<(string Name, object? Value)> members)
    {
        if (json)
            sink.Result(JsonLine.Of(members) + "\n");
    }

    /// <summary>The bytes of a result that is a file, when no file was named for it.</summary>
    public void Raw(string text) => sink.Result(text);

    /// <summary>Asks a question with yes or no.</summary>
    public bool Ask(Text question) => sink.Ask(question.In(language) + new Text(" [예/아니요] ", " [y/n] ").In(language));
}
