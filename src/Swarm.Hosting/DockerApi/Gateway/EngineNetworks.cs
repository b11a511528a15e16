using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Allocation.Addressing;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/networks</c> where an engine keeps networks of its own beside those of the swarm.</summary>
internal static class EngineNetworks
{
    public static void Map(DockerRouter router, IEngineGateway engine)
    {
        router.Map(HttpMethods.Get, "/networks", call => ListAsync(call, engine));
        router.Map(HttpMethods.Get, "/networks/{id}", call => InspectAsync(call, engine));
        router.Map(HttpMethods.Post, "/networks/create", call => CreateAsync(call, engine));
        router.Map(HttpMethods.Post, "/networks/prune", call => PruneAsync(call, engine));
        router.Map(HttpMethods.Post, "/networks/{id}/connect", call => ConnectAsync(call, engine));
        router.Map(HttpMethods.Delete, "/networks/{id}", call => RemoveAsync(call, engine));
    }

    private static async Task ListAsync(DockerCall call, IEngineGateway engine)
    {
        var swarm = new List<NetworkDocument>();
        await foreach (var network in NetworkEndpoints.FindAllAsync(call))
        {
            swarm.Add(network);
        }

        var path = $"/networks{call.Http.Request.QueryString}";
        var local = await engine.AskAsync(HttpMethod.Get, path, call.Cancellation) as JsonArray ?? [];
        await call.WriteAsync(EngineDocuments.MergeNetworks(swarm, local), GatewayJson.Wire.JsonArray);
    }

    private static async Task InspectAsync(DockerCall call, IEngineGateway engine)
    {
        var scope = call.Query("scope") ?? "";
        var network = scope == "local" ? null : await FindAsync(call);

        // Every engine has networks of the names that the swarm's predefined ones have.
        if (network is null || (NetworkDrivers.IsPredefined(network) && scope != "swarm"))
        {
            await engine.ForwardAsync(call.Http, call.Cancellation);
            return;
        }

        var document = await NetworkEndpoints.DescribeAsync(call, network);
        var bridge = await engine.AskAsync(
            HttpMethod.Get, $"/networks/{Uri.EscapeDataString(network.Spec.Name)}", call.Cancellation);
        await call.WriteAsync(EngineDocuments.WithContainers(document, bridge), GatewayJson.Wire.JsonObject);
    }

    private static async Task CreateAsync(DockerCall call, IEngineGateway engine)
    {
        call.Http.Request.EnableBuffering(call.Options.MaxBodyBytes, call.Options.MaxBodyBytes);
        var document = await call.ReadAsync(NetworkJson.Wire.NetworkCreateDocument);
        if (document.Scope == "swarm" || (document.Driver == NetworkDrivers.Overlay && document.Scope is null or ""))
        {
            await NetworkEndpoints.CreateAsync(call, document);
            return;
        }

        if (call.Node.IsManager && await FindAsync(call, document.Name ?? "") is { } taken
            && taken.Spec.Name == document.Name)
        {
            throw DockerApiException.Conflict($"network with name {document.Name} already exists");
        }

        call.Http.Request.Body.Position = 0;
        await engine.ForwardAsync(call.Http, call.Cancellation);
    }

    private static async Task RemoveAsync(DockerCall call, IEngineGateway engine)
    {
        if (await FindAsync(call) is { } network && !NetworkDrivers.IsPredefined(network))
        {
            await NetworkEndpoints.RemoveAsync(call, network);
        }
        else
        {
            await engine.ForwardAsync(call.Http, call.Cancellation);
        }
    }

    private static async Task ConnectAsync(DockerCall call, IEngineGateway engine)
    {
        if (await FindAsync(call) is { } network && !NetworkDrivers.IsPredefined(network))
        {
            throw DockerApiException.NotImplemented(
                $"containers cannot be connected to network {network.Spec.Name} of the swarm; "
                + "services take part with --network");
        }

        await engine.ForwardAsync(call.Http, call.Cancellation);
    }

    private static async Task PruneAsync(DockerCall call, IEngineGateway engine)
    {
        var deleted = await NetworkEndpoints.PruneAsync(call);
        var path = $"/networks/prune{call.Http.Request.QueryString}";
        var local = await engine.AskAsync(HttpMethod.Post, path, call.Cancellation);
        deleted.AddRange((local?["NetworksDeleted"] as JsonArray ?? []).Select(name => (string?)name ?? ""));
        await call.WriteAsync(
            new NetworksDeletedDocument { NetworksDeleted = deleted.Count == 0 ? null : [.. deleted] },
            NetworkJson.Wire.NetworksDeletedDocument);
    }

    private static Task<Network?> FindAsync(DockerCall call) => FindAsync(call, call["id"]);

    private static async Task<Network?> FindAsync(DockerCall call, string reference)
    {
        try
        {
            return call.Node.IsManager && reference.Length > 0 ? await Lookups.FindNetworkAsync(call, reference) : null;
        }
        catch (DockerApiException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }
}
