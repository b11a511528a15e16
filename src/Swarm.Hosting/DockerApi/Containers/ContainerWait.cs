using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>docker wait</c>: the headers go out at once, the exit code when it is known.</summary>
internal static class ContainerWait
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(DockerCall call, TimeProvider timeProvider)
    {
        var condition = call.Query("condition") ?? "";
        if (condition is not ("" or "not-running" or "next-exit" or "removed"))
        {
            throw DockerApiException.BadRequest($"invalid condition: {GoValues.Quote(condition)}");
        }

        var (source, container) = ContainerEndpoints.Find(call);
        await call.StartStreamAsync("application/json");
        await call.Http.Response.BodyWriter.FlushAsync(call.Cancellation);
        var code = await WaitAsync(source, container, condition == "removed", timeProvider, call.Cancellation);
        await System.Text.Json.JsonSerializer.SerializeAsync(
            call.Http.Response.Body,
            new ContainerExitDocument(code),
            ContainerJson.Wire.ContainerExitDocument,
            call.Cancellation);
    }

    private static async Task<int> WaitAsync(
        IContainerSource source,
        ContainerInfo container,
        bool untilRemoved,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            if (source.ListContainers().FirstOrDefault(c => c.Id == container.Id) is not { } current)
            {
                return container.ExitCode;
            }

            container = current;
            if (container.State == ContainerState.Exited && !untilRemoved)
            {
                return container.ExitCode;
            }

            await Task.Delay(PollInterval, timeProvider, cancellationToken);
        }
    }
}
