namespace Jangbu.Node;

/// <summary>
/// A thing that could not be done, as a code with parameters, so that each door says it in its person's language. The message is English
/// for logs. Ordinary endings of a payment are a <see cref="PaymentOutcome"/> and never this.
/// </summary>
public sealed class JangbuException : Exception
{
    /// <summary>Makes one with parameters as name and value in turn.</summary>
    public JangbuException(string code, ExitCategory category, string message, params (string Name, string Value)[] parameters)
        : this(code, category, message, null, parameters)
    {
    }

    /// <summary>Makes one that another failure caused.</summary>
    public JangbuException(string code, ExitCategory category, string message, Exception? cause, params (string Name, string Value)[] parameters)
        : base(message, cause)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Code = code;
        Category = category;
        Parameters = parameters.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
    }

    /// <summary>One of <see cref="FailureCode"/>.</summary>
    public string Code { get; }

    /// <summary>Whom it concerns; its number is the exit code.</summary>
    public ExitCategory Category { get; }

    /// <summary>What the code speaks of, by the names that <see cref="FailureCode"/> gives.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>True when the same call may succeed later.</summary>
    public bool Retryable => Category is ExitCategory.NotReached or ExitCategory.Network or ExitCategory.Undecided
        || Code is FailureCode.HomeInUse or FailureCode.NotStored;
}
