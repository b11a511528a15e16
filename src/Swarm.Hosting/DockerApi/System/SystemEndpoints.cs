using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/info</c> and <c>/version</c>.</summary>
internal static class SystemEndpoints
{
    /// <summary>What a manager waits for the swarm's answer, which a manager without a quorum does not get.</summary>
    private static readonly TimeSpan SwarmAnswerLimit = TimeSpan.FromSeconds(5);

    public static void Map(DockerRouter router)
    {
        router.Map(HttpMethods.Get, "/info", InfoAsync);
        router.Map(HttpMethods.Get, "/version", VersionAsync);
    }

    private static async Task InfoAsync(DockerCall call)
    {
        var swarm = await AskSwarmAsync(call, InfoWriter.WriteLocal(call.Node));
        var info = InfoWriter.Write(
            call.Node, swarm, call.Options, MachineFacts.OfThisMachine, call.Time.GetUtcNow());
        await call.WriteAsync(info, SystemJson.Wire.InfoDocument);
    }

    /// <summary>A manager that gets no answer from the swarm still shows what it knows of itself, and why.</summary>
    private static async Task<InfoSwarmDocument> AskSwarmAsync(DockerCall call, InfoSwarmDocument local)
    {
        if (!call.Node.IsManager || call.Node.State != LocalNodeState.Active)
        {
            return local;
        }

        using var limit = new CancellationTokenSource(SwarmAnswerLimit, call.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            var client = call.Client;
            var cluster = await client.Cluster.GetAsync(linked.Token);
            var nodes = new List<Node>();
            await foreach (var node in client.Nodes.ListAsync(linked.Token))
            {
                nodes.Add(node);
            }

            return InfoWriter.WriteManager(local, cluster, nodes);
        }
        catch (DockerApiException e)
        {
            return local with { Error = e.Message };
        }
        catch (SwarmException e)
        {
            return Silent(local, DockerErrors.TextOf(e));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Silent(local, "rpc error: code = DeadlineExceeded desc = context deadline exceeded");
        }
    }

    private static InfoSwarmDocument Silent(InfoSwarmDocument local, string error) =>
        local with { ControlAvailable = true, Error = error, Cluster = SwarmWriter.Nothing };

    private static Task VersionAsync(DockerCall call)
    {
        var options = call.Options;
        var platform = call.Node.Description.Platform;
        var machine = MachineFacts.OfThisMachine;
        var version = new VersionDocument
        {
            Platform = new PlatformNameDocument("Swarm for .NET"),
            Components =
            [
                new("Engine", options.ServerVersion, new(StringComparer.Ordinal)
                {
                    ["ApiVersion"] = options.MaximumVersion.ToString(),
                    ["Arch"] = MachineFacts.GoArchitectureOf(platform.Architecture),
                    ["BuildTime"] = "",
                    ["Experimental"] = "false",
                    ["GitCommit"] = Commit,
                    ["GoVersion"] = RuntimeInformation.FrameworkDescription,
                    ["KernelVersion"] = machine.KernelVersion,
                    ["MinAPIVersion"] = ApiVersion.Minimum.ToString(),
                    ["Os"] = platform.OperatingSystem,
                }),
            ],
            Version = options.ServerVersion,
            ApiVersion = options.MaximumVersion.ToString(),
            MinApiVersion = ApiVersion.Minimum.ToString(),
            GitCommit = Commit,
            GoVersion = RuntimeInformation.FrameworkDescription,
            Os = platform.OperatingSystem,
            Arch = MachineFacts.GoArchitectureOf(platform.Architecture),
            KernelVersion = machine.KernelVersion,
            BuildTime = "",
        };
        return call.WriteAsync(version, SystemJson.Wire.VersionDocument);
    }

    /// <summary>The commit that the build recorded, shortened as Docker does.</summary>
    private static string Commit { get; } =
        typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+') is [_, { Length: >= 7 } commit]
            ? commit[..7]
            : "";
}
