using System.Text;
using Jangbu.Cli.CommandLine;
using Jangbu.Node;

namespace Jangbu.Cli.Terminal;

/// <summary>Asks for a password on the terminal, without showing it. It is never taken from an argument.</summary>
internal static class PasswordPrompt
{
    /// <summary>The password file that was named, or null when the person is to be asked.</summary>
    public static string? File(Invocation invocation) =>
        invocation.Parsed.GetValue(GlobalOptions.PasswordFile)
        ?? (Environment.GetEnvironmentVariable("JANGBU_PASSWORD_FILE") is { Length: > 0 } file ? file : null);

    /// <summary>Asks once; for a new password twice, until both are the same.</summary>
    /// <exception cref="JangbuException"><see cref="FailureCode.PasswordMissing"/> where there is no terminal.</exception>
    public static string Ask(Output output, bool isNew)
    {
        if (Console.IsInputRedirected)
            throw new JangbuException(FailureCode.PasswordMissing, ExitCategory.Access, "no terminal to ask for the password");
        while (true)
        {
            string first = Read(output, isNew ? new("새 비밀번호: ", "New password: ") : new("비밀번호: ", "Password: "));
            if (!isNew)
                return first;
            if (first.Length < 8)
                output.Say(new Text("여덟 자보다 짧습니다. 더 긴 것을 써 주세요.", "That is shorter than eight characters. Choose a longer one."));
            else if (Read(output, new("한 번 더: ", "Once more: ")) == first)
                return first;
            else
                output.Say(new Text("두 번이 서로 다릅니다.", "The two are not the same."));
        }
    }

    private static string Read(Output output, Text prompt)
    {
        Console.Error.Write(prompt.In(output.Language));
        var typed = new StringBuilder();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                break;
            if (key.Key == ConsoleKey.Backspace)
                typed.Length -= typed.Length > 0 ? 1 : 0;
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
