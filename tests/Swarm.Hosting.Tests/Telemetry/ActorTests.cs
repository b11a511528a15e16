using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.Telemetry;

public sealed class ActorTests
{
    [Fact]
    public async Task A_change_names_who_asked_for_it_and_what_the_swarm_does_by_itself_names_nobody()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager().UseInMemoryExecutor());
        var changes = swarm.Client.WatchAsync(cancellationToken: patience.Token);

        using (SwarmActor.As("alice"))
        {
            await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web"));
        }

        await swarm.Client.Secrets.CreateAsync(new SecretSpec { Name = "key", Data = [1, 2, 3] });
        Dictionary<string, string> actors = [];
        await foreach (var change in changes)
        {
            if (change.Change == ChangeKind.Created || change.Current is SwarmTask { Status.State: TaskState.Running })
            {
                actors[change.Current is SwarmTask ? "task" : change.Current.Kind.ToString()] = change.Actor;
            }

            if (actors.ContainsKey("Secret") && change.Current is SwarmTask { Status.State: TaskState.Running })
            {
                break;
            }
        }

        Assert.Equal("alice", actors["Service"]);
        Assert.Equal("", actors["Secret"]);
        Assert.Equal("", actors["task"]);
    }

    [SkippableFact]
    public async Task Events_of_the_api_name_the_user_at_the_socket()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "users at sockets are asked for on Linux only");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var folder = Directory.CreateTempSubdirectory("swarm-actor-");
        var path = Path.Combine(folder.FullName, "api.sock");
        await using var swarm = await SwarmHostUnderTest.StartAsync(services => services
            .AddSwarmManager()
            .UseInMemoryExecutor()
            .AddDockerApi(api => api.Endpoints.Add($"unix://{path}")));
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://engine"),
        };
        await using var events = await http.GetStreamAsync(new Uri("/events?filters=%7B%22actor%22%3A%5B%22*%22%5D%7D", UriKind.Relative), patience.Token);
        using var lines = new StreamReader(events);

        using var body = new StringContent("""{"Name":"color","Data":"cmVk"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var created = await http.PostAsync(new Uri("/configs/create", UriKind.Relative), body, patience.Token);
        created.EnsureSuccessStatusCode();
        var told = JsonDocument.Parse((await lines.ReadLineAsync(patience.Token))!).RootElement;

        Assert.Equal("config", told.GetProperty("Type").GetString());
        Assert.Equal(
            $"unix uid {Uid()}",
            told.GetProperty("Actor").GetProperty("Attributes").GetProperty("actor").GetString());
    }

    // The second number of the line "Uid:" is the effective user.
    private static string Uid() => File.ReadLines("/proc/self/status")
        .First(line => line.StartsWith("Uid:", StringComparison.Ordinal))
        .Split('\t')[2];
}
