using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.Commands;

/// <summary><c>completion</c>: a script for the person's shell. What can follow is asked of the command itself, so it is never out of date.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # eval "$(jangbu completion bash)"
            _jangbu() {
              local IFS=$'\n'
              COMPREPLY=($(compgen -W "$(jangbu "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _jangbu jangbu
            """,
        ["zsh"] = """
            # eval "$(jangbu completion zsh)"
            _jangbu() {
              local -a words_found
              words_found=("${(@f)$(jangbu "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              compadd -- $words_found
            }
            compdef _jangbu jangbu
            """,
        ["fish"] = """
            # jangbu completion fish | source
            complete -c jangbu -f -a '(jangbu "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
            """,
        ["pwsh"] = """
            # jangbu completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName jangbu -ScriptBlock {
              param($word, $line, $position)
              jangbu "[suggest:$position]" "$line" 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """,
    };

    public static Command Create(Language language)
    {
        var shell = new Argument<string>("shell") { HelpName = "bash|zsh|fish|pwsh", Description = new Text("어느 셸", "which shell").In(language) }.NeverAnOption();
        shell.CompletionSources.Add(_ => Scripts.Keys.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        var command = new Command("completion", new Text("셸 자동 완성 스크립트", "a completion script for your shell").In(language)) { shell };
        command.Does(invocation =>
        {
            string name = invocation.Parsed.GetRequiredValue(shell);
            if (!Scripts.TryGetValue(name, out string? script))
                throw new UsageException(new($"모르는 셸입니다: {Printable.From(name)}", $"Unknown shell: {Printable.From(name)}"));
            invocation.Output.Raw(script.ReplaceLineEndings("\n") + "\n");
            return ExitCode.Done;
        }, WorkPlace.Here);
        return command;
    }
}
