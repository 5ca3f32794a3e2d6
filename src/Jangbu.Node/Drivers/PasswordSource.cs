namespace Jangbu.Node.Drivers;

/// <summary>Where a password comes from: given, or the one line of a file (PROTOCOL §6).</summary>
internal static class PasswordSource
{
    /// <summary>The password itself.</summary>
    public static string Read(string? password, string? file)
    {
        if (password is { Length: > 0 })
            return password;
        if (file is null)
            throw new JangbuException(FailureCode.PasswordMissing, ExitCategory.Usage, "a password is needed, or a file that holds one");
        string text;
        try
        {
            text = File.ReadAllText(file, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or System.Text.DecoderFallbackException)
        {
            throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, $"the password file cannot be read: {failed.Message}", failed,
                ("option", "PasswordFile"), ("value", file), ("range", "a readable UTF-8 file"));
        }
        text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
        return text.Length > 0 ? text
            : throw new JangbuException(FailureCode.PasswordMissing, ExitCategory.Usage, $"the password file {file} is empty");
    }
}
