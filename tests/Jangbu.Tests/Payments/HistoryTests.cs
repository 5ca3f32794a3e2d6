using FsCheck;
using FsCheck.Fluent;

namespace Jangbu.Tests.Payments;

/// <summary>Random histories against the reference book. <c>JANGBU_HISTORIES</c> says how many; the default fits a test run.</summary>
public sealed class HistoryTests
{
    private const int Histories = 200;

    private static readonly int[] People = [2, 2, 2, 2, 3, 3, 4, 5];

    private static readonly string[] Expected =
    [
        "Accepted ", "Rejected Declined", "Rejected LimitExceeded", "Withdrawn ",
        "a decision before the withdrawal counted", "a crash took what was not flushed", "a crash took nothing", "an envelope came by file",
    ];

    [Fact]
    public void Histories_OfTwoToFivePeople_AgreeWithTheReference()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("JANGBU_HISTORIES"), out int wanted) ? wanted : Histories;
        Arbitrary<int[]> steps = Gen.Choose(0, int.MaxValue).ArrayOf().ToArbitrary();
        Prop.ForAll(steps, program =>
        {
            using var history = new History(People[program.Length == 0 ? 0 : program[0] % People.Length], program.Length);
            foreach (int number in program)
                history.Step(number);
            history.Check();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithEndSize(80).WithQuietOnSuccess(true));
        foreach (string what in Expected)
            Assert.True(History.Sometimes.ContainsKey(what), $"in {count} histories it never happened: {what}; but {string.Join("; ", History.Sometimes)}");
    }
}
