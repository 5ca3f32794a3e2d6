using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Jangbu.Fuzz;

/// <summary>Writes copies of assemblies in which every branch target reports to <see cref="CoverageMap"/>.</summary>
public static class Instrumenter
{
    /// <summary>Copies <paramref name="source"/> to <paramref name="destination"/> with counters at each method's start and each branch target.</summary>
    /// <returns>How many counters were put in.</returns>
    public static int Instrument(string source, string destination)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(source));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using var assembly = AssemblyDefinition.ReadAssembly(source, new ReaderParameters { AssemblyResolver = resolver });
        ModuleDefinition module = assembly.MainModule;
        MethodReference hit = module.ImportReference(typeof(CoverageMap).GetMethod(nameof(CoverageMap.Hit)));
        // Fixed per assembly, so that a corpus found once covers the same edges again.
        uint state = 2166136261;
        foreach (char letter in assembly.Name.Name)
            state = unchecked((state ^ letter) * 16777619);
        int counters = 0;
        foreach (TypeDefinition type in module.GetAllTypes())
            foreach (MethodDefinition method in type.Methods.Where(method => method.HasBody))
                counters += Instrument(method, hit, ref state);
        assembly.Write(destination);
        return counters;
    }

    private static int Instrument(MethodDefinition method, MethodReference hit, ref uint state)
    {
        MethodBody body = method.Body;
        body.SimplifyMacros();
        HashSet<Instruction> targets = [body.Instructions[0]];
        foreach (Instruction instruction in body.Instructions)
        {
            if (instruction.Operand is Instruction target)
                targets.Add(target);
            else if (instruction.Operand is Instruction[] many)
                targets.UnionWith(many);
            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch && instruction.Next is { } next)
                targets.Add(next);
        }
        // Where an exception handler begins or ends, an instruction put before its first one would move the border.
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
            targets.ExceptWith(new[] { handler.TryStart, handler.TryEnd, handler.HandlerStart, handler.HandlerEnd, handler.FilterStart }.OfType<Instruction>());
        ILProcessor code = body.GetILProcessor();
        int counters = 0;
        foreach (Instruction target in targets)
        {
            // A prefix such as `constrained.` belongs to the instruction behind it.
            if (target.Previous is { OpCode.OpCodeType: OpCodeType.Prefix })
                continue;
            state = unchecked((state * 1664525) + 1013904223);
            Instruction original = Clone(target);
            code.InsertAfter(target, original);
            code.InsertAfter(target, code.Create(OpCodes.Call, hit));
            target.OpCode = OpCodes.Ldc_I4;
            target.Operand = (int)(state >> 16);
            counters++;
        }
        body.OptimizeMacros();
        return counters;
    }

    /// <summary>The same instruction again: its first object becomes the counter, so that every jump to it lands there.</summary>
    private static Instruction Clone(Instruction instruction)
    {
        var copy = Instruction.Create(OpCodes.Nop);
        copy.OpCode = instruction.OpCode;
        copy.Operand = instruction.Operand;
        return copy;
    }
}
