namespace Swarm.Hosting.DockerApi;

/// <summary>All routes of the API. The first that matches wins.</summary>
internal static class DockerRoutes
{
    public static DockerRouter Create()
    {
        var router = new DockerRouter();
        PingEndpoints.Map(router);
        return router;
    }
}
