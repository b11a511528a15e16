using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/_ping</c>: the first request of every command, which agrees on the version.</summary>
internal static class PingEndpoints
{
    private static readonly byte[] Ok = Encoding.ASCII.GetBytes("OK");

    public static void Map(DockerRouter router, IEngineGateway? engine = null)
    {
        router.Map(HttpMethods.Head, "/_ping", call => PingAsync(call, engine));
        router.Map(HttpMethods.Get, "/_ping", call => PingAsync(call, engine));
    }

    private static async Task PingAsync(DockerCall call, IEngineGateway? engine)
    {
        var response = call.Http.Response;
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.Headers["Swarm"] = Describe(call.Node);
        if (engine?.BuilderVersion is { } builder)
        {
            response.Headers["Builder-Version"] = builder;
        }

        response.ContentType = "text/plain; charset=utf-8";
        if (HttpMethods.IsHead(call.Http.Request.Method))
        {
            response.ContentLength = 0;
            return;
        }

        response.ContentLength = Ok.Length;
        await response.Body.WriteAsync(Ok, call.Cancellation);
    }

    private static string Describe(ISwarmNode node) => node.State == LocalNodeState.Active
        ? node.IsManager ? "active/manager" : "active/worker"
        : InfoWriter.StateText(node.State);
}
