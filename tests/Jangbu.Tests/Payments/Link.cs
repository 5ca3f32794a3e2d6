using Jangbu.Payments;

namespace Jangbu.Tests.Payments;

/// <summary>A data channel between two people in memory: ordered and reliable until it is cut. Records what went over it.</summary>
internal sealed class Link
{
    private readonly Person _a, _b;
    private readonly Queue<string> _toA = new(), _toB = new();

    public Link(Person a, Person b)
    {
        (_a, _b) = (a, b);
        a.Turn(() => A = a.Bookkeeper.OpenSession(b.Id));
        b.Turn(() => B = b.Bookkeeper.OpenSession(a.Id));
    }

    public Link(Person a, PaymentSession sessionOfA, Person b, PaymentSession sessionOfB) => (_a, _b, A, B) = (a, b, sessionOfA, sessionOfB);

    public PaymentSession A { get; private set; } = null!;

    public PaymentSession B { get; private set; } = null!;

    /// <summary>Everything that went over it, in order: whether a sent it, and the text.</summary>
    public List<(bool FromA, string Text)> Wire { get; } = [];

    /// <summary>Changes or drops a message under way; null drops it.</summary>
    public Func<bool, string, string?> Tap { get; set; } = (_, text) => text;

    public IEnumerable<string> Types(bool fromA) => Wire.Where(row => row.FromA == fromA).Select(row => TypeOf(row.Text));

    public static string TypeOf(string text) => text.Split('"')[3];

    /// <summary>Carries messages until nobody has anything to say.</summary>
    public Link Run(int most = 100_000)
    {
        for (int i = 0; i < most && Step(); i++)
        {
        }
        return this;
    }

    /// <summary>Carries one message each way; false when there was none.</summary>
    public bool Step()
    {
        Collect();
        bool moved = Deliver(_toB, _b, B) | Deliver(_toA, _a, A);
        Collect();
        return moved || _toA.Count > 0 || _toB.Count > 0;
    }

    public void Cut()
    {
        _a.Turn(A.Abort);
        _b.Turn(B.Abort);
        _toA.Clear();
        _toB.Clear();
    }

    public void Bye()
    {
        _a.Turn(A.Finish);
        _b.Turn(B.Finish);
        Run();
    }

    private void Collect()
    {
        Collect(A, _toB, fromA: true);
        Collect(B, _toA, fromA: false);
    }

    private void Collect(PaymentSession session, Queue<string> to, bool fromA)
    {
        while (session.TryTransmit(out string? message))
        {
            Wire.Add((fromA, message));
            if (Tap(fromA, message) is string carried)
                to.Enqueue(carried);
        }
    }

    private static bool Deliver(Queue<string> queue, Person person, PaymentSession session)
    {
        if (!queue.TryDequeue(out string? message))
            return false;
        person.Turn(() => Person.Receive(session, message));
        return true;
    }
}
