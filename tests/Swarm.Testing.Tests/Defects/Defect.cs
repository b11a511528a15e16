using Mono.Cecil.Cil;
using Swarm.Testing.Tests.Simulated;

namespace Swarm.Testing.Tests.Defects;

/// <summary>A mistake made on purpose: a method of the library does less than it should.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Type">Where, with its namespace.</param>
/// <param name="Method">The method, or the getter of a property.</param>
/// <param name="Kind">The histories that have to find it.</param>
/// <param name="Body">What it does instead.</param>
internal sealed record Defect(string Name, string Type, string Method, HistoryKind Kind, Action<ILProcessor> Body)
{
    public static readonly Action<ILProcessor> Nothing = il => il.Emit(OpCodes.Ret);

    public static readonly Action<ILProcessor> False = il => Return(il, OpCodes.Ldc_I4_0);

    public static readonly Action<ILProcessor> True = il => Return(il, OpCodes.Ldc_I4_1);

    public override string ToString() => Name;

    private static void Return(ILProcessor il, OpCode value)
    {
        il.Emit(value);
        il.Emit(OpCodes.Ret);
    }
}
