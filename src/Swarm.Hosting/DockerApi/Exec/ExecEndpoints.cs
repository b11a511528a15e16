using System.Globalization;
using Microsoft.AspNetCore.Http;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary><c>/exec</c>: commands beside this node's tasks.</summary>
internal static class ExecEndpoints
{
    private const string RawStream = "application/vnd.docker.raw-stream";
    private const string Frames = "application/vnd.docker.multiplexed-stream";

    /// <summary>Exit code of a command that was not tried, as that of the docker command.</summary>
    private const int LaunchFailedCode = 126;

    public static void Map(DockerRouter router, ExecRecords records, ExecEvents events)
    {
        router.Map(HttpMethods.Post, "/containers/{id}/exec", call => CreateAsync(call, records, events));
        router.MapStream(
            HttpMethods.Post, "/exec/{id}/start", call => StartAsync(call, records.Get(call["id"]), events));
        router.Map(HttpMethods.Post, "/exec/{id}/resize", call => ResizeAsync(call, records.Get(call["id"])));
        router.Map(HttpMethods.Get, "/exec/{id}/json", async call => await call.WriteAsync(
            await records.Get(call["id"]).DescribeAsync(), ExecJson.Wire.ExecInspectDocument));
    }

    private static async Task CreateAsync(DockerCall call, ExecRecords records, ExecEvents events)
    {
        var (source, container) = ContainerEndpoints.Find(call);
        _ = CommandsOf(source);
        var request = await call.ReadAsync(ExecJson.Wire.ExecCreateDocument);
        if (request.Cmd is not { Length: > 0 } || Array.Exists(request.Cmd, word => word is null))
        {
            throw DockerApiException.BadRequest("No exec command specified");
        }

        RequireRunning(container);

        var record = records.Add(container.Id, request);
        events.Created(container, record);

        // Clients that keep connections open would start the command on this one, where it cannot take it over.
        call.Http.Response.Headers.Connection = "close";
        await call.WriteAsync(
            new ExecIdDocument(record.Id),
            ExecJson.Wire.ExecIdDocument,
            StatusCodes.Status201Created);
    }

    private static async Task StartAsync(DockerCall call, ExecRecord record, ExecEvents events)
    {
        var start = await call.ReadAsync(ExecJson.Wire.ExecStartDocument);
        var hijack = call.Http.Features.Get<Hijack>();
        if (!start.Detach && hijack is null && call.Http.Request.Headers.ContainsKey("Upgrade"))
        {
            throw DockerApiException.NotImplemented(
                "a request that changes the protocol must be the first of its connection, and the connection one of "
                + "this API's own listeners");
        }

        var source = CommandsOf(call.Node.Containers);
        var container = ContainerLookup.Find(call.Node.Containers!.ListContainers(), record.ContainerId);
        RequireRunning(container);
        record.Begin();
        var (process, failure) = await LaunchAsync(source, record, start, call.Cancellation);
        if (process is not null)
        {
            events.Started(container, record, process);
        }

        if (start.Detach)
        {
            await DetachAsync(call, process, failure);
            return;
        }

        var type = !record.Request.Tty && call.Version.AtLeast(42) ? Frames : RawStream;
        var (input, output) = (null as System.IO.Pipelines.PipeReader, call.Http.Response.BodyWriter);
        if (hijack is not null)
        {
            var connection = await hijack.TakeAsync(type, call.Cancellation);
            (input, output) = (connection.Input, connection.Output);
        }
        else
        {
            await call.StartStreamAsync(type);
        }

        await (process is not null
            ? ExecStream.CopyAsync(process, record.Request, input, output, call.Cancellation)
            : ExecStream.FailAsync(output, record.Request, failure, call.Cancellation));
    }

    private static async Task DetachAsync(DockerCall call, IExecProcess? process, string failure)
    {
        if (process is null)
        {
            throw DockerApiException.BadRequest(failure);
        }

        await process.DisposeAsync();
        await call.DoneAsync();
    }

    private static async Task<(IExecProcess? Process, string Failure)> LaunchAsync(
        IExecSource source, ExecRecord record, ExecStartDocument start, CancellationToken cancellationToken)
    {
        var request = record.Request;
        var spec = new ExecSpec
        {
            CommandLine = [.. request.Cmd!],
            Environment = [.. (request.Env ?? []).Select(EnvironmentVariable.Parse)],
            WorkingDirectory = request.WorkingDir ?? "",
            User = request.User ?? "",
            Privileged = request.Privileged,
            HasInput = request.AttachStdin && !start.Detach,
            Terminal = request.Tty ? SizeOf(start.ConsoleSize ?? request.ConsoleSize) : null,
        };
        try
        {
            var process = await source.StartExecAsync(record.ContainerId, spec, cancellationToken);
            record.Started(process);
            return (process, "");
        }
        catch (ExecStartException exception)
        {
            record.Failed(exception.ExitCode);
            return (null, exception.Message);
        }
        catch (SwarmException exception) when (start.Detach)
        {
            record.Failed(LaunchFailedCode);
            throw DockerErrors.Plain(exception);
        }
        catch (SwarmException exception)
        {
            // Clients that wait for another protocol do not read an answer of this one.
            record.Failed(LaunchFailedCode);
            return (null, exception.Message);
        }
    }

    private static Task ResizeAsync(DockerCall call, ExecRecord record)
    {
        var size = new TerminalSize(ReadSize(call, "h"), ReadSize(call, "w"));
        if (!record.IsRunning || record.Process is not { } process)
        {
            throw DockerApiException.Conflict($"exec {record.Id} is not running");
        }

        process.Resize(size);
        return call.DoneAsync();
    }

    private static ushort ReadSize(DockerCall call, string name) =>
        ushort.TryParse(call.Query(name), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw DockerApiException.BadRequest($"invalid resize parameter {name}: must be 0 to {ushort.MaxValue}");

    private static TerminalSize SizeOf(int[]? size) =>
        size is [>= 0 and <= ushort.MaxValue, >= 0 and <= ushort.MaxValue]
            ? new((ushort)size[0], (ushort)size[1])
            : default;

    private static IExecSource CommandsOf(IContainerSource? source) => source as IExecSource
        ?? throw DockerApiException.NotImplemented("the executor of this node cannot run commands beside its tasks");

    private static void RequireRunning(ContainerInfo container)
    {
        if (container.State != ContainerState.Running)
        {
            throw DockerApiException.Conflict($"Container {container.Id} is not running");
        }
    }
}
