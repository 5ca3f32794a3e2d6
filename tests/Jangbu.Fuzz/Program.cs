using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;

namespace Jangbu.Fuzz;

/// <summary>
/// <c>Jangbu.Fuzz [--seconds S] [--seed N] [--target NAME]… [--list] [--input FILE]</c>: attacks each parser for S seconds with instrumented
/// copies of the product's assemblies. Prints a line a target; exit code 1 and the input in hex when something was found.
/// </summary>
public static class Program
{
    /// <summary>Instruments the product beside this program, and starts over inside the copies.</summary>
    public static int Main(string[] arguments)
    {
        string here = AppContext.BaseDirectory;
        string copies = Directory.CreateTempSubdirectory("jangbu-fuzz-").FullName;
        try
        {
            foreach (string assembly in Directory.GetFiles(here, "Jangbu.*.dll"))
            {
                string copy = Path.Combine(copies, Path.GetFileName(assembly));
                if (Path.GetFileName(assembly) == "Jangbu.Fuzz.dll")
                    File.Copy(assembly, copy);
                else
                    Instrumenter.Instrument(assembly, copy);
            }
            var context = new InstrumentedContext(copies);
            Assembly inside = context.LoadFromAssemblyPath(Path.Combine(copies, "Jangbu.Fuzz.dll"));
            MethodInfo run = inside.GetType("Jangbu.Fuzz.Program")!.GetMethod(nameof(RunInstrumented))!;
            return (int)run.Invoke(null, [arguments])!;
        }
        finally
        {
            Directory.Delete(copies, recursive: true);
        }
    }

    /// <summary>The same program among instrumented assemblies.</summary>
    public static int RunInstrumented(string[] arguments)
    {
        double seconds = double.Parse(Option(arguments, "--seconds") ?? "5", CultureInfo.InvariantCulture);
        int seed = int.Parse(Option(arguments, "--seed") ?? "1", CultureInfo.InvariantCulture);
        string? only = Option(arguments, "--target");
        int found = 0;
        foreach (FuzzTarget target in FuzzTargets.All.Where(target => only is null || target.Name == only))
        {
            if (arguments.Contains("--list"))
            {
                Console.WriteLine(target.Name);
                continue;
            }
            if (Option(arguments, "--input") is { } file)
            {
                Console.WriteLine($"{target.Name}: {(target.Feed(File.ReadAllBytes(file)) ? "accepted" : "refused")}");
                continue;
            }
            FuzzReport report = new FuzzLoop(target, seed).Run(TimeSpan.FromSeconds(seconds));
            Console.WriteLine($"{report.Target}: {report.Executions} executions, {report.Edges} edges, {report.Corpus} inputs kept, {report.Accepted} accepted");
            if (report.Finding is { } finding)
            {
                found++;
                Console.WriteLine($"FOUND in {report.Target} (--seed {seed}): {finding.What}\n  input {Convert.ToHexStringLower(finding.Input)}");
            }
        }
        return found == 0 ? 0 : 1;
    }

    /// <summary>Takes the instrumented copies before anything else may offer the plain ones.</summary>
    private sealed class InstrumentedContext(string copies) : AssemblyLoadContext("instrumented")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            string copy = Path.Combine(copies, assemblyName.Name + ".dll");
            return File.Exists(copy) ? LoadFromAssemblyPath(copy) : null;
        }
    }

    private static string? Option(string[] arguments, string name)
    {
        int at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }
}
