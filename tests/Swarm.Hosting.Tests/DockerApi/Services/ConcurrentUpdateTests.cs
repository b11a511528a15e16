using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.DockerApi.Services;

/// <summary>Many clients and one service.</summary>
public sealed class ConcurrentUpdateTests
{
    private const int Clients = 50;

    [Fact]
    public async Task R43_fifty_clients_that_update_one_service_in_mid_rollout_succeed_or_are_told_to_look_again()
    {
        var folder = Directory.CreateTempSubdirectory("swarm-clients-");
        try
        {
            await using var swarm = await SwarmHostUnderTest.StartAsync(services => services
                .AddSwarmManager()
                .UseInMemoryExecutor()
                .AddDockerApi(api => api.Endpoints.Add($"unix://{folder.FullName}/docker.sock")));
            var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 10));
            await swarm.RunAsync(service.Id, 10);
            await swarm.Client.Services.UpdateAsync(service.Id, spec => spec with
            {
                TaskTemplate = spec.TaskTemplate with { ForceUpdate = 1 },
            });
            using var http = OverSocket($"{folder.FullName}/docker.sock");

            // Each reads, changes and writes until its change is in.
            var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => LabelAsync(http, client)));

            Assert.All(answers.SelectMany(codes => codes), code => Assert.Contains(
                code, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
            Assert.All(answers, codes => Assert.Equal(HttpStatusCode.OK, codes[^1]));
            var updated = await swarm.Client.Services.FindAsync("web");
            Assert.Equal(Clients, updated.Spec.Labels.Count);

            // The rollout goes on and on about its progress; the version of the spec is still that of the last update.
            await swarm.Client.Services.UpdateAsync(service.Id, spec => spec with
            {
                TaskTemplate = spec.TaskTemplate with { ForceUpdate = 2 },
            });
            var asked = (await swarm.Client.Services.FindAsync("web")).SpecVersion;
            await foreach (var _ in swarm.Client.Services.WaitUntilConvergedAsync(service.Id))
            {
                var now = await swarm.Client.Services.FindAsync("web");
                Assert.Equal((asked, 2UL), (now.SpecVersion, now.Spec.TaskTemplate.ForceUpdate));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<List<HttpStatusCode>> LabelAsync(HttpClient http, int client)
    {
        var codes = new List<HttpStatusCode>();
        while (codes is not [.., HttpStatusCode.OK])
        {
            var service = JsonNode.Parse(await http.GetStringAsync(new Uri("v1.41/services/web", UriKind.Relative)))!;
            service["Spec"]!["Labels"]![$"client-{client}"] = "was here";
            using var answer = await http.PostAsJsonAsync(
                new Uri($"v1.41/services/web/update?version={service["Version"]!["Index"]}", UriKind.Relative),
                service["Spec"],
                JsonSerializerOptions.Web);
            codes.Add(answer.StatusCode);
            if (codes.Count > 1_000)
            {
                Assert.Fail($"the answers are {string.Join(", ", codes.CountBy(code => code))}");
            }
        }

        return codes;
    }

    private static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://daemon/"),
    };
}
