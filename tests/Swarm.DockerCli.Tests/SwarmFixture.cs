namespace Swarm.DockerCli.Tests;

/// <summary>One daemon with a swarm, shared by the tests of a class; services are removed after each.</summary>
public sealed class SwarmFixture : IAsyncLifetime
{
    private DaemonProcess? _daemon;

    public DockerCli Docker
    {
        get
        {
            Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
            return _daemon!.Docker;
        }
    }

    public async Task InitializeAsync()
    {
        if (DockerCli.Missing is null)
        {
            _daemon = await DaemonProcess.StartAsync();
            await _daemon.Docker.OkAsync("swarm", "init");
        }
    }

    public async Task DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
    }

    public async Task RemoveServicesAsync()
    {
        var ids = (await Docker.OkAsync("service", "ls", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (ids.Length > 0)
        {
            await Docker.OkAsync(["service", "rm", .. ids]);
        }
    }
}
