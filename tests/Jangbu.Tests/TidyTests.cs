using System.Text.RegularExpressions;

namespace Jangbu.Tests;

/// <summary>Reads the repository itself: the rules of docs/ARCHITECTURE.md that no compiler holds.</summary>
public sealed partial class TidyTests
{
    private static readonly string Root = FindRoot();

    /// <summary>Who may know whom (docs/ARCHITECTURE.md).</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Jangbu.Crypto"] = [],
        ["Jangbu.WebRtc"] = [],
        ["Jangbu.Ledger"] = ["Jangbu.Crypto"],
        ["Jangbu.Dht"] = ["Jangbu.Crypto"],
        ["Jangbu.Payments"] = ["Jangbu.Crypto", "Jangbu.Ledger"],
        ["Jangbu.Node"] = ["Jangbu.Crypto", "Jangbu.Ledger", "Jangbu.Dht", "Jangbu.WebRtc", "Jangbu.Payments"],
        ["Jangbu.Cli"] = ["Jangbu.Node", "Jangbu.Wallet"],
        ["Jangbu.Wallet"] = ["Jangbu.Node"],
    };

    [Fact]
    public void Projects_ReferenceOnlyWhomTheyMayKnow()
    {
        foreach (string project in Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Assert.True(Arrows.ContainsKey(name), $"{name} stands in no arrow of docs/ARCHITECTURE.md");
            foreach (Match reference in ProjectReference().Matches(File.ReadAllText(project)))
                Assert.Contains(reference.Groups[1].Value, Arrows[name]);
        }
    }

    [Fact]
    public void SourceFiles_NamespaceIsTheFolder()
    {
        foreach (string file in SourceFiles("src"))
        {
            Match declared = NamespaceLine().Match(File.ReadAllText(file));
            if (!declared.Success)
                continue;
            string folder = Path.GetRelativePath(Path.Combine(Root, "src"), Path.GetDirectoryName(file)!);
            Assert.True(declared.Groups[1].Value == folder.Replace(Path.DirectorySeparatorChar, '.'), $"{file}: namespace {declared.Groups[1].Value}");
        }
    }

    [Fact]
    public void SourceFiles_HaveNoNameThatNamesNothing()
    {
        string[] empty = ["Manager", "Helper", "Helpers", "Utils", "Util", "Common", "Base", "Misc"];
        foreach (string file in SourceFiles("src").Concat(SourceFiles("tests")))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            Assert.DoesNotContain(empty, word => name.EndsWith(word, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void SourceFiles_AreShortEnoughToHoldInMind()
    {
        foreach (string file in SourceFiles("src").Concat(SourceFiles("tests")))
            Assert.True(File.ReadLines(file).Count() <= 500, $"{file} is longer than 500 lines: is there a second noun in it?");
    }

    [Fact]
    public void SourceFiles_CatchNothingBlindlyAndLeaveNoLooseEnds()
    {
        foreach (string file in SourceFiles("src"))
        {
            string text = File.ReadAllText(file);
            Assert.False(EmptyCatch().IsMatch(text), $"{file}: an empty catch");
            Assert.False(LooseEnd().IsMatch(text), $"{file}: a loose end (TODO, FIXME, NotImplemented, #region)");
        }
    }

    [Fact]
    public void Drivers_AreTheOnlyFolderLiftedFromTheBannedSymbols()
    {
        string[] lifted = File.ReadAllLines(Path.Combine(Root, ".editorconfig"))
            .Select((line, index) => (line, index)).Where(row => row.line == "dotnet_diagnostic.RS0030.severity = none")
            .Select(row => row.index.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.True(lifted.Length <= 3, "RS0030 is lifted for src/**/Drivers and the doors only");
        foreach (string file in SourceFiles("src"))
            Assert.False(File.ReadAllText(file).Contains("#pragma warning disable RS0030", StringComparison.Ordinal), file);
    }

    [Fact]
    public void Packages_HaveExactVersions()
    {
        string packages = File.ReadAllText(Path.Combine(Root, "Directory.Packages.props"));
        foreach (Match version in PackageVersion().Matches(packages))
            Assert.Matches(@"^\d+\.\d+\.\d+$", version.Groups[1].Value);
    }

    private static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Jangbu.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }

    [GeneratedRegex("<ProjectReference Include=\"[^\"]*/([A-Za-z.]+)\\.csproj\"")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"^namespace ([A-Za-z.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"catch\s*(\([^)]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException|#region")]
    private static partial Regex LooseEnd();

    [GeneratedRegex("<PackageVersion [^>]*Version=\"([^\"]*)\"")]
    private static partial Regex PackageVersion();
}
