using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Swarm.Allocation.Addressing;
using Swarm.Hosting.Nodes;
using Swarm.Orchestration;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/networks</c>: those of the swarm; this engine keeps none of its own.</summary>
internal static class NetworkEndpoints
{
    public static void Map(DockerRouter router)
    {
        router.Map(HttpMethods.Get, "/networks", ListAsync);
        router.Map(HttpMethods.Post, "/networks/create", CreateAsync);
        router.Map(HttpMethods.Post, "/networks/prune", AnswerPruneAsync);
        router.Map(HttpMethods.Post, "/networks/{id}/connect", RefuseAsync);
        router.Map(HttpMethods.Post, "/networks/{id}/disconnect", RefuseAsync);
        router.Map(HttpMethods.Get, "/networks/{id}", InspectAsync);
        router.Map(HttpMethods.Delete, "/networks/{id}", RemoveAsync);
    }

    private static async Task ListAsync(DockerCall call)
    {
        await call.WriteListAsync(FindAllAsync(call), NetworkJson.Wire.NetworkDocument);
    }

    /// <summary>The networks of the swarm that the call asks for; none where this node is no manager.</summary>
    public static IAsyncEnumerable<NetworkDocument> FindAllAsync(DockerCall call)
    {
        var filters = call.Filters(NetworkFilter.Keys);
        NetworkFilter.Check(filters);
        return call.Node.IsManager
            ? MatchingAsync(call.Client, filters, call.Cancellation)
            : AsyncEnumerable.Empty<NetworkDocument>();
    }

    private static async Task InspectAsync(DockerCall call)
    {
        var network = await FindAsync(call);
        if (call.Query("scope") is { Length: > 0 } scope and not "swarm" and not "global")
        {
            throw DockerApiException.NotFound($"network {call["id"]} not found in scope {scope}");
        }

        await call.WriteAsync(await DescribeAsync(call, network), NetworkJson.Wire.NetworkDocument);
    }

    /// <summary>A network of the swarm, as verbose as the call asks for.</summary>
    public static async Task<NetworkDocument> DescribeAsync(DockerCall call, Network network)
    {
        var usage = await NetworkUsage.OfAsync(call.Client, network, call.Cancellation);
        var document = NetworkText.Write(network) with { Warnings = NetworkUsage.WarningsOf(usage) };
        return !call.StrictFlag("verbose")
            ? document
            : document with
            {
                Services = await NetworkServices.OfAsync(call.Client, network, call.Cancellation),
                Status = usage,
            };
    }

    private static async Task CreateAsync(DockerCall call) =>
        await CreateAsync(call, await call.ReadAsync(NetworkJson.Wire.NetworkCreateDocument));

    /// <summary>Makes a network of the swarm.</summary>
    public static async Task CreateAsync(DockerCall call, NetworkCreateDocument document)
    {
        var spec = NetworkText.Read(document);
        if (call.Node is { State: LocalNodeState.Active, IsManager: false })
        {
            throw new DockerApiException(
                StatusCodes.Status403Forbidden,
                "Cannot create a multi-host network from a worker node. Please create the network from a manager node.");
        }

        var networks = call.Client.Networks;
        await foreach (var other in networks.ListAsync(call.Cancellation))
        {
            if (other.Spec.Name == spec.Name)
            {
                throw DockerApiException.Conflict($"network with name {spec.Name} already exists");
            }
        }

        var network = await networks.CreateAsync(spec, call.Cancellation);
        await call.WriteAsync(
            new NetworkCreatedDocument(network.Id.Value, ""),
            NetworkJson.Wire.NetworkCreatedDocument,
            StatusCodes.Status201Created);
    }

    private static async Task RemoveAsync(DockerCall call) =>
        await RemoveAsync(call, await FindAsync(call));

    /// <summary>Removes a network of the swarm.</summary>
    public static async Task RemoveAsync(DockerCall call, Network network)
    {
        if (NetworkDrivers.IsPredefined(network))
        {
            throw new DockerApiException(
                StatusCodes.Status403Forbidden,
                $"{network.Spec.Name} is a pre-defined network and cannot be removed");
        }

        await call.Client.Networks.RemoveAsync(network.Id, call.Cancellation);
        await call.DoneAsync(StatusCodes.Status204NoContent);
    }

    private static async Task AnswerPruneAsync(DockerCall call)
    {
        var deleted = await PruneAsync(call);
        await call.WriteAsync(
            new NetworksDeletedDocument { NetworksDeleted = deleted.Count == 0 ? null : [.. deleted] },
            NetworkJson.Wire.NetworksDeletedDocument);
    }

    /// <summary>Removes the networks that nobody uses; that of the routing mesh goes only by its name.</summary>
    public static async Task<List<string>> PruneAsync(DockerCall call)
    {
        var filters = call.Filters("label", "label!", "until");
        var until = Until(filters["until"] is [var text, ..] ? text : "", call.Time);
        var deleted = new List<string>();
        if (call.Node.IsManager)
        {
            await foreach (var network in call.Client.Networks.ListAsync(call.Cancellation))
            {
                if (!network.Spec.Ingress
                    && NetworkFilter.Matches(DockerFilters.None, network, "")
                    && filters.MatchesLabels("label", network.Spec.Labels)
                    && (!filters.Has("label!") || !filters.MatchesLabels("label!", network.Spec.Labels))
                    && (until is null || network.CreatedAt < until)
                    && await TryRemoveAsync(call, network))
                {
                    deleted.Add(network.Spec.Name);
                }
            }
        }

        return deleted;
    }

    // A point in time, or how long ago it was.
    private static DateTimeOffset? Until(string text, TimeProvider time) =>
        DurationText.TryParse(text, out var ago) ? time.GetUtcNow() - ago : UnixTime.ReadOptional(text, "until");

    private static async Task<bool> TryRemoveAsync(DockerCall call, Network network)
    {
        try
        {
            await call.Client.Networks.RemoveAsync(network.Id, call.Cancellation);
            return true;
        }
        catch (SwarmException e) when (e.Code is SwarmErrorCode.FailedPrecondition or SwarmErrorCode.NotFound)
        {
            return false;
        }
    }

    private static Task RefuseAsync(DockerCall call) => throw DockerApiException.NotImplemented(
        "this engine has no containers that could be connected to a network; services take part with --network");

    private static Task<Network> FindAsync(DockerCall call) => call.Node.IsManager
        ? Lookups.FindNetworkAsync(call, call["id"])
        : throw DockerApiException.NotFound($"network {call["id"]} not found");

    private static async IAsyncEnumerable<NetworkDocument> MatchingAsync(
        ISwarmClient swarm,
        DockerFilters filters,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var used = filters.Has(NetworkFilter.Dangling) ? await NetworkFilter.UsedAsync(swarm, cancellationToken) : [];
        await foreach (var network in swarm.Networks.ListAsync(cancellationToken))
        {
            var document = NetworkText.Write(network);
            if (NetworkFilter.Matches(filters, network, document.Driver)
                && NetworkFilter.MatchesUse(filters, used.Contains(document.Id)))
            {
                yield return document;
            }
        }
    }
}
