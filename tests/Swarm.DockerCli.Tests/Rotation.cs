namespace Swarm.DockerCli.Tests;

/// <summary><c>swarm secret rotate</c> and <c>swarm config rotate</c>, which the docker command has no words for.</summary>
internal static class Rotation
{
    /// <summary>Gives a secret or config a new value.</summary>
    /// <returns>The id of the new version.</returns>
    public static async Task<string> RunAsync(DockerCli docker, string kind, string name, string value)
    {
        var result = await ToolCommand.RunAsync(value, kind, "rotate", name, "-H", docker.Endpoint);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output.Trim();
    }
}
