using Microsoft.Extensions.DependencyInjection;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.Hostile;

/// <summary>The whole API on a unix socket, before a real node with a running service.</summary>
internal sealed class ApiOfNode : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly SwarmHostUnderTest _swarm;

    private ApiOfNode(DirectoryInfo folder, SwarmHostUnderTest swarm, Service service)
    {
        _folder = folder;
        _swarm = swarm;
        Service = service;
    }

    public Service Service { get; }

    public IEnumerable<DockerRoute> Routes => _swarm.Host.Services.GetRequiredService<DockerRouter>().Routes;

    private string SocketPath => Path.Combine(_folder.FullName, "docker.sock");

    public static async Task<ApiOfNode> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("swarm-hostile-");
        var swarm = await SwarmHostUnderTest.StartAsync(services => services
            .AddSwarmManager()
            .UseInMemoryExecutor()
            .AddDockerApi(api => api.Endpoints.Add($"unix://{folder.FullName}/docker.sock")));
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 2));
        await swarm.RunAsync(service.Id, 2);
        return new ApiOfNode(folder, swarm, service);
    }

    public Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(SocketPath);

    /// <summary>A path of a route, to something that exists where it leads to services or nodes.</summary>
    public string PathOf(DockerRoute route)
    {
        var id = route.Root switch
        {
            "services" => Service.Id.Value,
            "nodes" => _swarm.Node.NodeId.Value,
            _ => "nothing",
        };
        var parts = route.Pattern.Split('/').Select(part => part.StartsWith('{') ? id : part);
        return $"/v1.41{string.Join('/', parts)}";
    }

    public async ValueTask DisposeAsync()
    {
        await _swarm.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
