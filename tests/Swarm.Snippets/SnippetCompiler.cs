using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Swarm.Snippets;

/// <summary>Compiles a block as the program of a web project that references the packages.</summary>
/// <remarks>
/// The prelude goes in front: its usings and statements before those of the block, its types beside. Snippets see what is
/// public, nothing else.
/// </remarks>
internal static class SnippetCompiler
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp14);

    // What a project with <ImplicitUsings> and Sdk="Microsoft.NET.Sdk.Web" has.
    private static readonly string ImplicitUsings = string.Concat(
        ((string[])
        [
            "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json",
            "System.Threading", "System.Threading.Tasks", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting",
            "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration",
            "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
        ]).Select(name => $"global using {name};\n"));

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Compiles a block.</summary>
    /// <returns>What is wrong, each with file and line; empty when it compiles.</returns>
    public static IReadOnlyList<string> Compile(Fence fence)
    {
        var prelude = Parse(fence.Prelude);
        var block = Parse(fence.Code);
        var usings = string.Concat(prelude.Usings.Concat(block.Usings).Select(item => item.ToString().Trim() + "\n").Distinct());
        var types = string.Concat(prelude.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()));
        var statements = string.Concat(prelude.Members.OfType<GlobalStatementSyntax>().Select(member => member.ToFullString()));
        var hasStatements = statements.Length > 0 || block.Members.Any(member => member is GlobalStatementSyntax);
        SyntaxTree[] trees =
        [
            Tree(ImplicitUsings),
            Tree(usings + types),
            Tree($"{usings}{statements}\n#line {fence.Line} \"{fence.Page}\"\n{WithoutUsings(fence.Code, block)}\n"),
        ];
        var compilation = CSharpCompilation.Create(
            "Snippet",
            trees,
            References,
            new CSharpCompilationOptions(
                hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable));
        return
        [
            .. compilation.GetDiagnostics()
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(Describe),
        ];
    }

    private static CompilationUnitSyntax Parse(string code) => Tree(code).GetCompilationUnitRoot();

    private static CSharpSyntaxTree Tree(string code) =>
        (CSharpSyntaxTree)CSharpSyntaxTree.ParseText(code, Language);

    // Blank lines in their place, so that lines keep their numbers.
    private static string WithoutUsings(string code, CompilationUnitSyntax block)
    {
        foreach (var item in block.Usings.Reverse())
        {
            code = code.Remove(item.SpanStart, item.Span.Length);
        }

        return code;
    }

    private static string Describe(Diagnostic diagnostic)
    {
        var place = diagnostic.Location.GetMappedLineSpan();
        return $"{place.Path}({place.StartLinePosition.Line + 1}): {diagnostic.Id}: {diagnostic.GetMessage()}";
    }
}
