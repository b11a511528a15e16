namespace Swarm.Hosting.DockerApi;

/// <summary>All routes of the API. The first that matches wins.</summary>
internal static class DockerRoutes
{
    /// <param name="events">The events of the swarm.</param>
    /// <param name="time">The clock.</param>
    /// <param name="names">Randomness for names.</param>
    /// <param name="engine">Who answers whatever has no route here; null where nobody does.</param>
    public static DockerRouter Create(
        EventHistory events, TimeProvider time, Random names, IEngineGateway? engine = null)
    {
        var router = new DockerRouter();
        PingEndpoints.Map(router, engine);
        SystemEndpoints.Map(router, engine);
        EventEndpoints.Map(router, events, time, engine);
        SwarmEndpoints.Map(router);
        InsightEndpoints.Map(router);
        NodeEndpoints.Map(router);
        ServiceEndpoints.Map(router, names);
        TaskEndpoints.Map(router);
        LogEndpoints.Map(router);
        SecretEndpoints.Map(router);
        ConfigEndpoints.Map(router);
        if (engine is not null)
        {
            EngineNetworks.Map(router, engine);
            return router;
        }

        NetworkEndpoints.Map(router);
        ContainerEndpoints.Map(router, events, time);
        AbsentEndpoints.Map(router);
        return router;
    }
}
