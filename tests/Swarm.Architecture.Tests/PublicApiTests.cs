using System.Reflection;
using PublicApiGenerator;

namespace Swarm.Architecture.Tests;

/// <summary>
/// What a package shows is written down in <c>PublicApi/PACKAGE.txt</c>, so that a change of it is seen in a review.
/// <c>SWARM_ACCEPT_API=1 dotnet test tests/Swarm.Architecture.Tests</c> writes the listings anew.
/// </summary>
public sealed class PublicApiTests
{
    private const string AcceptVariable = "SWARM_ACCEPT_API";
    private const string Folder = "tests/Swarm.Architecture.Tests/PublicApi";

    private static readonly Assembly[] Packages =
    [
        typeof(SwarmTask).Assembly,
        typeof(Swarm.Raft.RaftNode).Assembly,
        typeof(Swarm.Net.MeshState).Assembly,
        typeof(Swarm.Hosting.ISwarmBuilder).Assembly,
        typeof(Swarm.Compose.StackFile).Assembly,
        typeof(Swarm.Docker.DockerExecutor).Assembly,
        typeof(Swarm.Dashboard.DashboardOptions).Assembly,
        typeof(Swarm.Testing.Simulation).Assembly,
        Assembly.Load("swarm"),
    ];

    public static TheoryData<string> Names => [.. Packages.Select(NameOf)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_public_surface_of_a_package_changes_only_on_purpose(string package)
    {
        var actual = Describe(Packages.Single(assembly => NameOf(assembly) == package));
        var path = Path.Combine(Repository.Root, Folder, $"{package}.txt");
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing; {AcceptVariable}=1 writes it");
        var changes = Changes(File.ReadAllText(path), actual);
        Assert.True(
            changes.Count == 0,
            $"The public surface of {package} has changed. If that is meant, run this test with {AcceptVariable}=1 "
            + $"and commit {Folder}/{package}.txt.\n{string.Join('\n', changes)}");
    }

    [Fact]
    public void Every_package_has_a_listing() => Assert.Equal(
        Repository.Files("src", "*.csproj").Select(path => Path.GetFileNameWithoutExtension(path)).Order(),
        Packages.Select(NameOf).Order());

    private static string NameOf(Assembly assembly) =>
        assembly.GetName().Name is "swarm" ? "Swarm.Tool" : assembly.GetName().Name!;

    private static string Describe(Assembly assembly) => assembly.GeneratePublicApi(new ApiGeneratorOptions
    {
        IncludeAssemblyAttributes = false,
        DenyNamespacePrefixes = [],
    }).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    private static List<string> Changes(string before, string after)
    {
        string[] old = before.ReplaceLineEndings("\n").Split('\n');
        string[] now = after.Split('\n');
        return
        [
            .. old.Except(now).Select(line => $"- {line.Trim()}"),
            .. now.Except(old).Select(line => $"+ {line.Trim()}"),
            .. old.SequenceEqual(now) || !old.ToHashSet().SetEquals(now) ? [] : new[] { "  (the same lines, elsewhere)" },
        ];
    }
}
