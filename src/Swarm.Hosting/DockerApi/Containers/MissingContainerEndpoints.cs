using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>What an engine could do with a container and the process executor cannot; the answer says so.</summary>
internal static class MissingContainerEndpoints
{
    private static readonly string[] Posts =
        ["attach", "start", "restart", "pause", "unpause", "rename", "update", "resize"];

    private static readonly string[] Gets = ["stats", "changes", "export", "archive"];

    public static void Map(DockerRouter router)
    {
        foreach (var operation in Posts)
        {
            router.Map(HttpMethods.Post, $"/containers/{{id}}/{operation}", call => RefuseAsync(call, operation));
        }

        foreach (var operation in Gets)
        {
            router.Map(HttpMethods.Get, $"/containers/{{id}}/{operation}", call => RefuseAsync(call, operation));
        }
    }

    private static Task RefuseAsync(DockerCall call, string operation)
    {
        _ = ContainerEndpoints.Find(call);
        throw DockerApiException.NotImplemented(
            $"{operation} is not supported by the process executor: tasks of this node are processes, not containers");
    }
}
