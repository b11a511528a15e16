using System.Reflection;

namespace Swarm.Hosting.DockerApi;

/// <summary>Version of this library, without the build part that NuGet appends.</summary>
internal static class ServerVersion
{
    public static string OfThisAssembly { get; } = Read();

    private static string Read()
    {
        var assembly = typeof(ServerVersion).Assembly;
        var informational = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return informational?.Split('+')[0] ?? assembly.GetName().Version?.ToString(3) ?? "0.0.0";
    }
}
