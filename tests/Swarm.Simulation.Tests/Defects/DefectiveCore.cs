using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Swarm.Simulation.Tests;

/// <summary>
/// Compiles the core's sources with one place changed, together with the simulation, and plays histories over the
/// result. The core itself needs no hook for that.
/// </summary>
internal static class DefectiveCore
{
    private static readonly string[] Folders =
    [
        "src/Swarm.Raft/Consensus", "src/Swarm.Raft/Quorum", "src/Swarm.Raft/Tracking",
        "tests/Swarm.Simulation.Tests/World", "tests/Swarm.Simulation.Tests/Checks",
    ];

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp14);
    private static readonly Lazy<CSharpCompilation> Sound = new(CompileSound);

    /// <summary>Plays histories over a core with a defect until a law is broken.</summary>
    /// <returns>Seed and law, or null.</returns>
    public static (ulong Seed, string Law)? FindFailure(SourceDefect defect, int count)
    {
        var context = new AssemblyLoadContext(defect.Name, isCollectible: true);
        try
        {
            var assembly = Load(context, WithDefect(Sound.Value, defect));
            var find = assembly.GetType("Swarm.Simulation.Tests.Histories")!.GetMethod("FindFailure")!;
            var parameters = find.GetParameters();
            return ((ulong, string)?)find.Invoke(null,
            [
                Enum.ToObject(parameters[0].ParameterType, (int)defect.Profile),
                Enum.ToObject(parameters[1].ParameterType, 0),
                1UL,
                count,
            ]);
        }
        finally
        {
            context.Unload();
        }
    }

    private static CSharpCompilation WithDefect(CSharpCompilation sound, SourceDefect? defect)
    {
        if (defect is null || defect.File.Length == 0)
        {
            return sound;
        }

        var tree = sound.SyntaxTrees.Single(item => item.FilePath.EndsWith('/' + defect.File));
        var text = tree.ToString();
        var places = text.Split(defect.Sound).Length - 1;
        Assert.True(places == 1, $"{defect.File} has {places} places like “{defect.Sound}”; the defect “{defect.Name}” needs one");
        var broken = CSharpSyntaxTree.ParseText(text.Replace(defect.Sound, defect.Broken), Parsing, tree.FilePath);
        return WithDefect(sound.ReplaceSyntaxTree(tree, broken), defect.And);
    }

    private static Assembly Load(AssemblyLoadContext context, CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(
            result.Success,
            string.Join('\n', result.Diagnostics.Where(item => item.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        return context.LoadFromStream(image);
    }

    private static CSharpCompilation CompileSound()
    {
        var root = FindRoot();
        var files = Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs")).Order();
        var usings = CSharpSyntaxTree.ParseText(
            "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
            + "global using System.Threading; global using System.Threading.Tasks;",
            Parsing);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        return CSharpCompilation.Create(
            "DefectiveCore",
            files.Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), Parsing, path)).Append(usings),
            references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable,
                specificDiagnosticOptions: [new("SWRAFT001", ReportDiagnostic.Suppress)]));
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Swarm.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the sources are not there");
    }
}
