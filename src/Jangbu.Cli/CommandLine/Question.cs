using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.CommandLine;

/// <summary>A question before something that matters; <c>--yes</c> answers it, and where nobody can be asked nothing is.</summary>
internal static class Question
{
    /// <exception cref="DeclinedException">The person said no.</exception>
    public static void Confirm(Invocation invocation, Text question)
    {
        if (invocation.AssumeYes || !invocation.Output.CanAsk)
            return;
        if (!invocation.Output.Ask(question))
            throw new DeclinedException();
    }
}

/// <summary>The person answered a question with no; nothing was done.</summary>
internal sealed class DeclinedException : Exception;
