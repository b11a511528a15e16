using System.Reflection;
using System.Xml.Linq;

namespace Swarm.Architecture.Tests;

/// <summary>
/// Core, Raft and Net know nothing of each other; Hosting alone joins them; satellites see Core; the tool sees all.
/// </summary>
public sealed class ReferenceGraphTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Swarm.Core"] = [],
        ["Swarm.Raft"] = [],
        ["Swarm.Net"] = [],
        ["Swarm.Hosting"] = ["Swarm.Core", "Swarm.Raft", "Swarm.Net"],
        ["Swarm.Compose"] = ["Swarm.Core"],
        ["Swarm.Docker"] = ["Swarm.Core", "Swarm.Hosting"],
        ["Swarm.Dashboard"] = ["Swarm.Core"],
        ["Swarm.Testing"] = ["Swarm.Core", "Swarm.Raft", "Swarm.Net", "Swarm.Hosting"],
        ["Swarm.Tool"] =
        [
            "Swarm.Core", "Swarm.Raft", "Swarm.Net", "Swarm.Hosting", "Swarm.Compose", "Swarm.Docker", "Swarm.Dashboard",
            "Swarm.Testing",
        ],
    };

    public static TheoryData<string> Projects =>
        [.. Repository.Files("src", "*.csproj").Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_house_allows(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Allowed.ContainsKey(name), $"{project} is not a room of the house; add it to the graph on purpose");

        var references = XDocument.Load(Path.Combine(Repository.Root, project))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        Assert.Empty(references.Except(Allowed[name]));
    }

    [Fact]
    public void Compiled_assemblies_reference_only_what_the_house_allows()
    {
        Assembly[] assemblies =
        [
            typeof(SwarmTask).Assembly,
            typeof(Swarm.Hosting.ISwarmBuilder).Assembly,
            typeof(Swarm.Dashboard.DashboardOptions).Assembly,
            typeof(Swarm.Testing.Simulation).Assembly,
        ];

        Assert.All(assemblies, assembly =>
        {
            var references = assembly.GetReferencedAssemblies()
                .Select(reference => reference.Name!)
                .Where(Allowed.ContainsKey);
            Assert.Empty(references.Except(Allowed[assembly.GetName().Name!]));
        });
    }

    [Fact]
    public void Core_knows_no_socket_and_no_web_server()
    {
        var references = typeof(SwarmTask).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!);

        Assert.DoesNotContain(references, name =>
            name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name == "System.Net.Http");
    }
}
