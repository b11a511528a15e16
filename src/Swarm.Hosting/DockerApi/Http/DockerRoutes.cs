namespace Swarm.Hosting.DockerApi;

/// <summary>All routes of the API. The first that matches wins.</summary>
internal static class DockerRoutes
{
    public static DockerRouter Create(EventHistory events, TimeProvider time, Random names)
    {
        var router = new DockerRouter();
        PingEndpoints.Map(router);
        SystemEndpoints.Map(router);
        EventEndpoints.Map(router, events, time);
        SwarmEndpoints.Map(router);
        InsightEndpoints.Map(router);
        NodeEndpoints.Map(router);
        ServiceEndpoints.Map(router, names);
        TaskEndpoints.Map(router);
        LogEndpoints.Map(router);
        SecretEndpoints.Map(router);
        ConfigEndpoints.Map(router);
        NetworkEndpoints.Map(router);
        ContainerEndpoints.Map(router, time);
        AbsentEndpoints.Map(router);
        return router;
    }
}
