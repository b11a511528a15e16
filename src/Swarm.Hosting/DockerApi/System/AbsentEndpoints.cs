using Microsoft.AspNetCore.Http;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>
/// Honest answers about what this engine does not have: nothing to list, nothing found, or a text that names what is
/// missing. Mapped last, so that whoever adds one of these only has to map it before.
/// </summary>
internal static class AbsentEndpoints
{
    public static void Map(DockerRouter router)
    {
        MapImages(router);
        MapVolumes(router);
        MapEmptyList(router, "/plugins");
        MapNothingFound(router, "/plugins/{name*}/json", name => $"plugin \"{name}\" not found");
        router.Map(HttpMethods.Get, "/system/df", call =>
            call.WriteAsync(new DiskUsageDocument(), SystemJson.Wire.DiskUsageDocument));
        MapMissing(router, "/auth", "this engine does not check registry credentials");
        MapMissing(router, "/build", "this engine does not build images");
        MapMissing(router, "/commit", "this engine does not make images");
    }

    private static void MapImages(DockerRouter router)
    {
        MapEmptyList(router, "/images/json");
        MapNothingFound(router, "/images/{name*}/json", name => $"no such image: {name}: No such image: {name}");
        router.Map(HttpMethods.Get, "/distribution/{name*}/json", DistributeAsync);
        MapMissing(router, "/images/create", "this engine does not pull images: they are registered in its options");
        MapMissing(router, "/images/load", "this engine does not keep images");
        router.Map(HttpMethods.Delete, "/images/{name*}", call => throw NoSuchImage(call["name"]));
    }

    // An image that this node itself has is in no registry, and has no digest that could be pinned: clients leave it as
    // written and do not warn. Of others nobody here can tell; that comes at once, and they warn.
    private static Task DistributeAsync(DockerCall call) =>
        call.Node.Containers is IImageSource source && source.Knows(call["name"])
            ? call.WriteAsync(new DistributionDocument(), SystemJson.Wire.DistributionDocument)
            : throw DockerApiException.NotFound($"manifest for {call["name"]} not found: manifest unknown");

    private static void MapVolumes(DockerRouter router)
    {
        router.Map(HttpMethods.Get, "/volumes", call =>
            call.WriteAsync(new VolumeListDocument(), SystemJson.Wire.VolumeListDocument));
        MapNothingFound(router, "/volumes/{name}", name => $"get {name}: no such volume");
        MapMissing(router, "/volumes/create", "this engine does not keep volumes");
        router.Map(HttpMethods.Delete, "/volumes/{name}", call =>
            throw DockerApiException.NotFound($"get {call["name"]}: no such volume"));
    }

    private static void MapEmptyList(DockerRouter router, string pattern) =>
        router.Map(HttpMethods.Get, pattern, call => call.WriteAsync([], SystemJson.Wire.StringArray));

    private static void MapNothingFound(DockerRouter router, string pattern, Func<string, string> text) =>
        router.Map(HttpMethods.Get, pattern, call => throw DockerApiException.NotFound(text(call["name"])));

    private static void MapMissing(DockerRouter router, string pattern, string text) =>
        router.Map(HttpMethods.Post, pattern, _ => throw DockerApiException.NotImplemented(text));

    private static DockerApiException NoSuchImage(string name) => DockerApiException.NotFound($"No such image: {name}");
}
