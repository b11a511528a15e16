using System.Diagnostics;

namespace Swarm.DockerCli.Tests;

/// <summary><c>swarm secret rotate</c> and <c>swarm config rotate</c>, which the docker command has no words for.</summary>
internal static class Rotation
{
    /// <summary>Gives a secret or config a new value.</summary>
    /// <returns>The id of the new version.</returns>
    public static async Task<string> RunAsync(DockerCli docker, string kind, string name, string value)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "swarm.dll"), kind, "rotate", name, "-H", docker.Endpoint },
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(value);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + error);
        return (await output).Trim();
    }
}
