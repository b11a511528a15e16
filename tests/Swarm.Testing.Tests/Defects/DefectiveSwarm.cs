using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;
using Swarm.Testing.Tests.Simulated;

namespace Swarm.Testing.Tests.Defects;

/// <summary>
/// The whole library once more, with one method of its core replaced in the compiled assembly. The core needs no hook
/// for that.
/// </summary>
internal sealed class DefectiveSwarm : AssemblyLoadContext
{
    private readonly MemoryStream _core;

    private DefectiveSwarm(Defect? defect)
        : base(defect?.Name ?? "sound", isCollectible: true) => _core = Compile(defect);

    /// <summary>Plays histories over a library with a defect until a law is broken.</summary>
    /// <returns>Seed and law, or null.</returns>
    public static string? FindFailure(Defect? defect, HistoryKind kind, int count)
    {
        var context = new DefectiveSwarm(defect);
        try
        {
            var find = context
                .LoadFromAssemblyName(typeof(DefectiveSwarm).Assembly.GetName())
                .GetType(typeof(ClusterHistories).FullName!)!
                .GetMethod(nameof(ClusterHistories.FindFailure))!;
            var there = Enum.ToObject(find.GetParameters()[0].ParameterType, (int)kind);
            return (string?)find.Invoke(null, [there, 1, count]);
        }
        finally
        {
            context.Unload();
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name switch
    {
        "Swarm.Core" => LoadFromStream(_core),
        { } name when name.StartsWith("Swarm.", StringComparison.Ordinal) => LoadFromAssemblyPath(PathOf(name)),
        _ => null,
    };

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    private static MemoryStream Compile(Defect? defect)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using var core = AssemblyDefinition.ReadAssembly(
            PathOf("Swarm.Core"),
            new ReaderParameters { AssemblyResolver = resolver });
        if (defect is not null)
        {
            var method = core.MainModule.GetType(defect.Type)?.Methods.SingleOrDefault(item => item.Name == defect.Method);
            Assert.True(method is not null, $"there is no {defect.Type}.{defect.Method}; the defect “{defect.Name}” needs it");
            method.Body.Instructions.Clear();
            method.Body.ExceptionHandlers.Clear();
            method.Body.Variables.Clear();
            defect.Body(method.Body.GetILProcessor());
        }

        var compiled = new MemoryStream();
        core.Write(compiled);
        compiled.Position = 0;
        return compiled;
    }
}
