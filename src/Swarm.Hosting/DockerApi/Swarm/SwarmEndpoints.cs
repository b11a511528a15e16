using Microsoft.AspNetCore.Http;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/swarm</c>: forming, joining, leaving, settings, locks.</summary>
internal static class SwarmEndpoints
{
    public static void Map(DockerRouter router)
    {
        router.Map(HttpMethods.Get, "/swarm", InspectAsync);
        router.Map(HttpMethods.Post, "/swarm/update", UpdateAsync);
        router.Map(HttpMethods.Get, "/swarm/unlockkey", GetUnlockKeyAsync);

        // Docker has no word for it: `swarm backup` asks for this.
        router.MapStream(HttpMethods.Get, "/swarm/backup", BackUpAsync);

        // The node sets its own limits here: joining takes the time of a certificate and a first log.
        router.MapStream(HttpMethods.Post, "/swarm/init", InitAsync);
        router.MapStream(HttpMethods.Post, "/swarm/join", JoinAsync);
        router.MapStream(HttpMethods.Post, "/swarm/leave", LeaveAsync);
        router.MapStream(HttpMethods.Post, "/swarm/unlock", UnlockAsync);
    }

    private static async Task InspectAsync(DockerCall call)
    {
        var cluster = await call.Client.Cluster.GetAsync(call.Cancellation);
        await call.WriteAsync(SwarmWriter.WriteWithTokens(cluster), SwarmJson.Wire.SwarmDocument);
    }

    private static async Task InitAsync(DockerCall call)
    {
        var document = await call.ReadAsync(SwarmJson.Wire.SwarmInitDocument);
        var request = SwarmRequestReader.Read(document);
        var id = await call.Node.InitAsync(request, call.Cancellation).WithoutRpcPrefixAsync();
        await call.WriteAsync(id.Value, HttpJson.Wire.String);
    }

    private static async Task JoinAsync(DockerCall call)
    {
        var document = await call.ReadAsync(SwarmJson.Wire.SwarmJoinDocument);
        var request = SwarmRequestReader.Read(document);
        await call.Node.JoinAsync(request, call.Cancellation).WithoutRpcPrefixAsync();
        await call.DoneAsync();
    }

    private static async Task LeaveAsync(DockerCall call)
    {
        await call.Node.LeaveAsync(call.LaxFlag("force"), call.Cancellation).WithoutRpcPrefixAsync();
        await call.DoneAsync();
    }

    private static async Task UpdateAsync(DockerCall call)
    {
        var document = await call.ReadAsync(SwarmJson.Wire.SwarmSpecDocument);
        var version = call.ObjectVersion("swarm");
        var rotate = (call.StrictFlag("rotateWorkerToken") ? TokenRotation.WorkerToken : TokenRotation.None)
            | (call.StrictFlag("rotateManagerToken") ? TokenRotation.ManagerToken : TokenRotation.None)
            | (call.StrictFlag("rotateManagerUnlockKey") ? TokenRotation.ManagerUnlockKey : TokenRotation.None);
        var cluster = call.Client.Cluster;
        await cluster.UpdateAsync(version, SwarmSpecReader.Read(document), rotate, call.Cancellation);
        await call.DoneAsync();
    }

    private static async Task GetUnlockKeyAsync(DockerCall call)
    {
        var key = await call.Client.Cluster.GetUnlockKeyAsync(call.Cancellation);
        await call.WriteAsync(new UnlockKeyDocument { UnlockKey = key }, SwarmJson.Wire.UnlockKeyDocument);
    }

    private static async Task BackUpAsync(DockerCall call)
    {
        _ = call.Client;
        call.Http.Response.ContentType = "application/x-tar";
        await call.Node.BackUpAsync(call.Http.Response.Body, call.Cancellation);
    }

    private static async Task UnlockAsync(DockerCall call)
    {
        var document = await call.ReadAsync(SwarmJson.Wire.UnlockKeyDocument);
        if (call.Node.State != LocalNodeState.Locked)
        {
            // Asking for the client tells why there is nothing to unlock on a node that is no working manager.
            _ = call.Client;
            throw DockerApiException.Conflict("swarm is not locked");
        }

        try
        {
            await call.Node.UnlockAsync(document.UnlockKey ?? "", call.Cancellation);
        }
        catch (SwarmException e) when (e.Code == SwarmErrorCode.PermissionDenied)
        {
            throw new DockerApiException(StatusCodes.Status401Unauthorized, e.Message, e);
        }
        catch (SwarmException e)
        {
            throw DockerErrors.Plain(e);
        }

        await call.DoneAsync();
    }
}
