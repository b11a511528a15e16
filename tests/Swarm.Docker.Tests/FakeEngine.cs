using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Swarm.Docker.Engine;

namespace Swarm.Docker.Tests;

/// <summary>An engine with at most one container and one network, moved by tests.</summary>
internal sealed class FakeEngine : IDockerEngine
{
    private readonly Channel<EngineEventDocument> _events = Channel.CreateUnbounded<EngineEventDocument>();

    public EngineAddress Address { get; } = EngineAddress.Parse("unix:///fake.sock");

    public ContainerDocument? Container { get; private set; }

    /// <summary>The last network that was made.</summary>
    public EngineNetworkDocument? Network { get; private set; }

    public ContainerCreateDocument? Made { get; private set; }

    /// <summary>What was asked, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Thrown by the call of that name, once.</summary>
    public Dictionary<string, Exception> Faults { get; } = [];

    public bool HasImage { get; set; } = true;

    /// <summary>Ends the making of networks.</summary>
    public Task Making { get; set; } = Task.CompletedTask;

    /// <summary>The exit code of whoever is stopped.</summary>
    public int StopCode { get; set; }

    public Task<EngineInfoDocument> InfoAsync(CancellationToken cancellationToken) =>
        Answer("info", () => new EngineInfoDocument());

    public Task<bool> HasImageAsync(string image, CancellationToken cancellationToken) =>
        Answer($"has {image}", () => HasImage);

    public Task PullAsync(string image, string registryAuth, CancellationToken cancellationToken) =>
        Answer($"pull {image} {registryAuth}".TrimEnd(), () => true);

    public Task<ContainerSummaryDocument[]> ListContainersAsync(string label, CancellationToken cancellationToken) =>
        Answer("list", () => Array.Empty<ContainerSummaryDocument>());

    public Task<ContainerDocument?> FindContainerAsync(string nameOrId, CancellationToken cancellationToken) =>
        Answer("find", () => Container);

    public Task<string> CreateContainerAsync(
        string name, ContainerCreateDocument container, CancellationToken cancellationToken) =>
        Answer($"create {name}", () =>
        {
            Made = container;
            Container = new() { Id = "c1", State = new() { Status = "created" } };
            return "c1";
        });

    public Task StartContainerAsync(string id, CancellationToken cancellationToken) =>
        Answer("start", () => Become(new() { Status = "running", Running = true, Pid = 42 }));

    public Task StopContainerAsync(string nameOrId, TimeSpan? gracePeriod, CancellationToken cancellationToken) =>
        Answer("stop", () => Container is { State.Running: true } ? End(StopCode) : null);

    public Task KillContainerAsync(string nameOrId, CancellationToken cancellationToken) =>
        Answer("kill", () => Container is { State.Running: true } ? End(137) : null);

    public Task RemoveContainerAsync(string nameOrId, CancellationToken cancellationToken) =>
        Answer("remove", () => Container = null);

    public Task<Stream> OpenLogsAsync(string nameOrId, string query, CancellationToken cancellationToken) =>
        Answer("logs", () => Stream.Null);

    public async IAsyncEnumerable<EngineEventDocument> WatchContainersAsync(
        string label, Action onConnected, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        onConnected();
        while (await _events.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_events.Reader.TryRead(out var news))
            {
                yield return news;
            }
        }
    }

    public Task<EngineNetworkDocument?> FindNetworkAsync(string name, CancellationToken cancellationToken) =>
        Answer("find network", () => Network?.Name == name ? Network : null);

    public async Task CreateNetworkAsync(NetworkCreateDocument network, CancellationToken cancellationToken)
    {
        await Answer($"create network {network.Name}", () => true);
        await Making.WaitAsync(cancellationToken);
        Network = new()
        {
            Name = network.Name,
            Id = "net1",
            Labels = network.Labels,
            Addressing = network.Addressing,
        };
    }

    public Task RemoveNetworkAsync(string name, CancellationToken cancellationToken) =>
        Answer($"remove network {name}", () => Network = null);

    public Task ConnectAsync(
        string network, string container, EndpointDocument endpoint, CancellationToken cancellationToken) =>
        Answer($"connect {network}", () => true);

    /// <summary>The container is in another state from now on.</summary>
    public ContainerDocument? Become(ContainerStateDocument state, string news = "health_status")
    {
        Container = Container! with { State = state };
        Tell(news, state.ExitCode);
        return Container;
    }

    public ContainerDocument? End(int exitCode, bool outOfMemory = false) => Become(
        new() { Status = "exited", ExitCode = exitCode, OutOfMemory = outOfMemory }, "die");

    /// <summary>Somebody removes the container by force.</summary>
    public void Vanish()
    {
        Container = null;
        Tell("die", 137);
    }

    public void Tell(string news, int exitCode) => _events.Writer.TryWrite(new()
    {
        Action = news,
        Actor = new() { Id = "c1", Attributes = new() { ["exitCode"] = $"{exitCode}" } },
    });

    public void Dispose() => _events.Writer.TryComplete();

    public static EngineException Refusal(HttpStatusCode status, string message) => new(status, message);

    private Task<T> Answer<T>(string call, Func<T> answer)
    {
        lock (Calls)
        {
            Calls.Add(call);
        }

        return Faults.Remove(call.Split(' ')[0], out var fault) ? Task.FromException<T>(fault) : Task.FromResult(answer());
    }
}
