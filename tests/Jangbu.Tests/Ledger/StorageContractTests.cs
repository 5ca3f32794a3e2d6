using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;

namespace Jangbu.Tests.Ledger;

/// <summary>What the ledger relies on, asked of the simulated disk and of the real one alike.</summary>
public abstract class StorageContractTests : IDisposable
{
    private protected abstract ILedgerStorage Storage { get; }

    public virtual void Dispose()
    {
        Storage.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Create_NewName_IsThereAndEmpty()
    {
        Assert.False(Storage.Exists("a"));
        using ILedgerFile file = Storage.Create("a");
        Assert.True(Storage.Exists("a"));
        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void Create_NameThatIsThere_FailsWithExists()
    {
        Storage.Create("a").Dispose();
        Assert.Equal(StorageFailure.Exists, Assert.Throws<LedgerStorageException>(() => Storage.Create("a")).Reason);
    }

    [Fact]
    public void Open_NameThatIsNotThere_FailsWithMissing() =>
        Assert.Equal(StorageFailure.Missing, Assert.Throws<LedgerStorageException>(() => Storage.Open("a", writable: false)).Reason);

    [Fact]
    public void Write_ThenRead_GivesTheBytesAndStopsAtTheEnd()
    {
        using ILedgerFile file = Storage.Create("a");
        file.Write(0, "hello"u8);
        file.Write(5, " world"u8);
        file.Write(0, "J"u8);
        file.Flush();
        byte[] buffer = new byte[20];
        Assert.Equal(11, file.Read(0, buffer));
        Assert.Equal("Jello world"u8, buffer.AsSpan(0, 11));
        Assert.Equal(5, file.Read(6, buffer));
        Assert.Equal(0, file.Read(11, buffer));
        Assert.Equal(11, file.Length);
    }

    [Fact]
    public void Write_ToAFileOpenedForReading_Fails()
    {
        Storage.Create("a").Dispose();
        using ILedgerFile file = Storage.Open("a", writable: false);
        Assert.Throws<LedgerStorageException>(() => file.Write(0, "x"u8));
    }

    [Fact]
    public void Truncate_CutsAndLetsWritingGoOn()
    {
        using ILedgerFile file = Storage.Create("a");
        file.Write(0, "hello world"u8);
        file.Truncate(5);
        file.Write(5, "!"u8);
        file.Flush();
        byte[] buffer = new byte[20];
        Assert.Equal(6, file.Read(0, buffer));
        Assert.Equal("hello!"u8, buffer.AsSpan(0, 6));
    }

    [Fact]
    public void Rename_ReplacesAndKeepsTheOpenFile()
    {
        using (ILedgerFile old = Storage.Create("a"))
            old.Write(0, "old"u8);
        using ILedgerFile file = Storage.Create("b");
        file.Write(0, "new"u8);
        Storage.Rename("b", "a");
        Storage.FlushFolder();
        file.Write(3, "er"u8);
        Assert.False(Storage.Exists("b"));
        using ILedgerFile again = Storage.Open("a", writable: false);
        Assert.Equal(5, again.Length);
    }

    [Fact]
    public void Link_GivesASecondNameToTheSameFile()
    {
        using ILedgerFile file = Storage.Create("a");
        Storage.Link("a", "b");
        file.Write(0, "x"u8);
        using (ILedgerFile again = Storage.Open("b", writable: false))
            Assert.Equal(1, again.Length);
        Storage.Delete("a");
        Assert.True(Storage.Exists("b"));
        Storage.Create("a").Dispose();
        Assert.Equal(StorageFailure.Exists, Assert.Throws<LedgerStorageException>(() => Storage.Link("a", "b")).Reason);
    }

    [Fact]
    public void Delete_RemovesTheNameAndFailsWithoutIt()
    {
        Storage.Create("a").Dispose();
        Storage.Delete("a");
        Assert.False(Storage.Exists("a"));
        Assert.Equal(StorageFailure.Missing, Assert.Throws<LedgerStorageException>(() => Storage.Delete("a")).Reason);
    }

    [Fact]
    public void Lock_HeldByAnother_FailsAtOnceAndIsFreeAfterwards()
    {
        using (Storage.Lock("l"))
            Assert.Equal(StorageFailure.InUse, Assert.Throws<LedgerStorageException>(() => Storage.Lock("l")).Reason);
        Storage.Lock("l").Dispose();
    }
}

public sealed class SimulatedStorageTests : StorageContractTests
{
    private protected override ILedgerStorage Storage { get; } = new SimulatedStorage();
}

public sealed class FileLedgerStorageTests : StorageContractTests
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "jangbu-storage-" + Guid.NewGuid().ToString("N"));

    public FileLedgerStorageTests() => Storage = FileLedgerStorage.OpenFolder(_folder);

    private protected override ILedgerStorage Storage { get; }

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Files_AreTheOwnersAlone()
    {
        Storage.Create("a").Dispose();
        Storage.Lock("l").Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "a")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "l")));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void Open_FileThatOthersMayUse_IsRefusedWithTheFix(UnixFileMode extra)
    {
        Storage.Create("a").Dispose();
        File.SetUnixFileMode(Path.Combine(_folder, "a"), UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);
        LedgerStorageException refused = Assert.Throws<LedgerStorageException>(() => Storage.Open("a", writable: true));
        Assert.Equal(StorageFailure.TooOpen, refused.Reason);
        Assert.Contains($"chmod 600 '{Path.Combine(_folder, "a")}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenFolder_ThatOthersMayEnter_IsRefusedWithTheFixUnlessShared()
    {
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        LedgerStorageException refused = Assert.Throws<LedgerStorageException>(() => FileLedgerStorage.OpenFolder(_folder));
        Assert.Equal(StorageFailure.TooOpen, refused.Reason);
        Assert.Contains($"chmod 700 '{_folder}'", refused.Message, StringComparison.Ordinal);
        FileLedgerStorage.OpenFolder(_folder, shared: true).Dispose();
    }

    [Fact]
    public void LinkPlantedAtAName_IsNeitherFollowedNorOverwritten()
    {
        string outside = _folder + "-outside";
        File.WriteAllText(outside, "precious");
        try
        {
            File.CreateSymbolicLink(Path.Combine(_folder, "a"), outside);
            Assert.True(Storage.Exists("a"));
            Assert.Equal(StorageFailure.Denied, Assert.Throws<LedgerStorageException>(() => Storage.Open("a", writable: true)).Reason);
            Assert.Equal(StorageFailure.Denied, Assert.Throws<LedgerStorageException>(() => Storage.Lock("a")).Reason);
            Assert.Throws<LedgerStorageException>(() => Storage.Create("a"));
            Assert.Equal("precious", File.ReadAllText(outside));
        }
        finally
        {
            File.Delete(outside);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void Name_ThatIsNoSingleComponent_IsTheCallersMistake(string name) => Assert.Throws<ArgumentException>(() => Storage.Exists(name));

    [Fact]
    public void Lock_HeldByAnother_SaysByWhichProcess()
    {
        using IDisposable held = Storage.Lock("l");
        Assert.Contains($"process {Environment.ProcessId}", Assert.Throws<LedgerStorageException>(() => Storage.Lock("l")).Message, StringComparison.Ordinal);
    }
}
