using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/info</c> and <c>/version</c>.</summary>
internal static class SystemEndpoints
{
    /// <summary>What a manager waits for the swarm's answer, which a manager without a quorum does not get.</summary>
    private static readonly TimeSpan SwarmAnswerLimit = TimeSpan.FromSeconds(5);

    public static void Map(DockerRouter router, IEngineGateway? engine = null)
    {
        router.Map(HttpMethods.Get, "/info", call => InfoAsync(call, engine));
        router.Map(HttpMethods.Get, "/version", call => VersionAsync(call, engine));
    }

    private static async Task InfoAsync(DockerCall call, IEngineGateway? engine)
    {
        var swarm = await AskSwarmAsync(call, InfoWriter.WriteLocal(call.Node));
        var info = InfoWriter.Write(
            call.Node, swarm, call.Options, MachineFacts.OfThisMachine, call.Time.GetUtcNow());
        if (engine is null)
        {
            await call.WriteAsync(info, SystemJson.Wire.InfoDocument);
            return;
        }

        // What is known of the swarm is shown also where the engine is silent.
        var (facts, silence) = await AskEngineAsync(engine, "/info", call.Cancellation);
        await (facts is null
            ? call.WriteAsync(info with { Warnings = [silence, .. info.Warnings ?? []] }, SystemJson.Wire.InfoDocument)
            : call.WriteAsync(EngineDocuments.MergeInfo(facts, info), GatewayJson.Wire.JsonObject));
    }

    private static async Task<(JsonObject? Document, string Silence)> AskEngineAsync(
        IEngineGateway engine, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await engine.AskAsync(HttpMethod.Get, path, cancellationToken) as JsonObject, "");
        }
        catch (DockerApiException e)
        {
            return (null, $"WARNING: {e.Message}");
        }
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

    private static async Task VersionAsync(DockerCall call, IEngineGateway? engine)
    {
        var version = WriteVersion(call, engine);
        if (engine is not null && (await AskEngineAsync(engine, "/version", call.Cancellation)).Document is { } facts)
        {
            await call.WriteAsync(EngineDocuments.MergeVersion(facts, version), GatewayJson.Wire.JsonObject);
            return;
        }

        await call.WriteAsync(version, SystemJson.Wire.VersionDocument);
    }

    private static VersionDocument WriteVersion(DockerCall call, IEngineGateway? engine)
    {
        var options = call.Options;
        var maximum = options.MaximumWith(engine).ToString();
        var platform = call.Node.Description.Platform;
        var machine = MachineFacts.OfThisMachine;
        return new()
        {
            Platform = new PlatformNameDocument("Swarm for .NET"),
            Components =
            [
                new("Engine", options.ServerVersion, new(StringComparer.Ordinal)
                {
                    ["ApiVersion"] = maximum,
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
            ApiVersion = maximum,
            MinApiVersion = ApiVersion.Minimum.ToString(),
            GitCommit = Commit,
            GoVersion = RuntimeInformation.FrameworkDescription,
            Os = platform.OperatingSystem,
            Arch = MachineFacts.GoArchitectureOf(platform.Architecture),
            KernelVersion = machine.KernelVersion,
            BuildTime = "",
        };
    }

    /// <summary>The commit that the build recorded, shortened as Docker does.</summary>
    private static string Commit { get; } =
        typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+') is [_, { Length: >= 7 } commit]
            ? commit[..7]
            : "";
}
