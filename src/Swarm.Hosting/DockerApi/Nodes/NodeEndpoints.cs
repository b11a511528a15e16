using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/nodes</c>.</summary>
internal static class NodeEndpoints
{
    public static void Map(DockerRouter router)
    {
        router.Map(HttpMethods.Get, "/nodes", ListAsync);
        router.Map(HttpMethods.Get, "/nodes/{id}", InspectAsync);
        router.Map(HttpMethods.Post, "/nodes/{id}/update", UpdateAsync);
        router.Map(HttpMethods.Delete, "/nodes/{id}", RemoveAsync);
    }

    private static async Task ListAsync(DockerCall call)
    {
        var filters = NodeFilters.Read(call);
        var nodes = MatchingAsync(call.Client.Nodes, filters, call.Cancellation);
        await call.WriteListAsync(nodes, NodeJson.Wire.NodeDocument);
    }

    private static async Task InspectAsync(DockerCall call) =>
        await call.WriteAsync(NodeWriter.Write(await FindAsync(call)), NodeJson.Wire.NodeDocument);

    private static async Task UpdateAsync(DockerCall call)
    {
        var document = await call.ReadAsync(NodeJson.Wire.NodeSpecDocument);
        var version = call.ObjectVersion("node");
        var role = NodeText.ReadRole(document.Role);
        var availability = NodeText.ReadAvailability(document.Availability);
        var node = await FindAsync(call);
        // Whether the node has been let in is not part of the document.
        var spec = node.Spec with
        {
            Name = document.Name ?? "",
            Labels = document.Labels.ToValues(),
            DesiredRole = role,
            Availability = availability,
        };
        await call.Client.Nodes.UpdateAsync(node.Id, version, spec, call.Cancellation);
        await call.DoneAsync();
    }

    private static async Task RemoveAsync(DockerCall call)
    {
        var node = await FindAsync(call);
        await call.Client.Nodes.RemoveAsync(node.Id, call.LaxFlag("force"), call.Cancellation);
        await call.DoneAsync();
    }

    private static Task<Node> FindAsync(DockerCall call) =>
        call.Client.Nodes.FindAsync(call["id"], call.Cancellation).WithoutRpcPrefixAsync();

    private static async IAsyncEnumerable<NodeDocument> MatchingAsync(
        INodeOperations nodes, DockerFilters filters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var node in nodes.ListAsync(cancellationToken))
        {
            if (NodeFilters.Match(filters, node))
            {
                yield return NodeWriter.Write(node);
            }
        }
    }
}
