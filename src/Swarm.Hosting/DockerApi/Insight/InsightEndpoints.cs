using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>
/// Ours, at paths that the engine does not have: what a change would do, why something does not run, and waiting for a
/// service with a truthful end.
/// </summary>
internal static class InsightEndpoints
{
    public static void Map(DockerRouter router)
    {
        router.Map(HttpMethods.Post, "/swarm/plan", PlanAsync);
        router.Map(HttpMethods.Get, "/swarm/explain/{id}", ExplainAsync);
        router.MapStream(HttpMethods.Get, "/swarm/wait/{id}", WaitAsync);
    }

    private static async Task PlanAsync(DockerCall call)
    {
        _ = call.Client;
        var document = await call.ReadAsync(ServiceJson.Wire.ServiceSpecDocument);
        var spec = ServiceSpecReader.Read(ServiceApiAge.Adjust(document, call.Version));
        var plan = await call.Client.PlanAsync(spec, call.Cancellation);
        await call.WriteAsync(InsightWriter.Write(plan), InsightJson.Wire.PlanDocument);
    }

    // A service of this name comes first: names of tasks are longer, and ids do not meet.
    private static async Task ExplainAsync(DockerCall call)
    {
        ExplanationDocument document;
        try
        {
            document = InsightWriter.Write(await call.Client.Services.ExplainAsync(call["id"], call.Cancellation));
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.NotFound)
        {
            document = await ExplainTaskAsync(call);
        }

        await call.WriteAsync(document, InsightJson.Wire.ExplanationDocument);
    }

    private static async Task<ExplanationDocument> ExplainTaskAsync(DockerCall call)
    {
        try
        {
            return InsightWriter.Write(await call.Client.Tasks.ExplainAsync(call["id"], call.Cancellation));
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.NotFound)
        {
            throw new DockerApiException(
                StatusCodes.Status404NotFound,
                $"no service and no task is called {call["id"]}");
        }
    }

    private static async Task WaitAsync(DockerCall call)
    {
        var period = StableFor(call);
        var service = await Lookups.FindServiceAsync(call, call["id"]);
        var waiting = period is { } stable
            ? call.Client.Services.WaitUntilConvergedAsync(service.Id, stable, call.Cancellation)
            : call.Client.Services.WaitUntilConvergedAsync(service.Id, call.Cancellation);
        await call.StartStreamAsync("application/x-ndjson");
        var last = new ProgressDocument { Running = 0, Desired = 0, UpdateState = "", Converged = false };
        try
        {
            await foreach (var progress in waiting)
            {
                last = InsightWriter.Write(progress);
                await WriteLineAsync(call, last);
            }
        }
        catch (SwarmException exception)
        {
            await WriteLineAsync(call, last with { Error = exception.Message });
        }
    }

    // Seconds, with a fraction if need be; a day is more than anybody waits.
    private static TimeSpan? StableFor(DockerCall call) => call.Query("stable") switch
    {
        null => null,
        var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and <= 86_400 => TimeSpan.FromSeconds(seconds),
        var text => throw DockerApiException.BadRequest(
            $"stable={text} is no number of seconds from 0 to 86400 that the tasks are to run for"),
    };

    private static async Task WriteLineAsync(DockerCall call, ProgressDocument line)
    {
        var body = call.Http.Response.Body;
        await JsonSerializer.SerializeAsync(body, line, InsightJson.Wire.ProgressDocument, call.Cancellation);
        await body.WriteAsync("\n"u8.ToArray(), call.Cancellation);
        await body.FlushAsync(call.Cancellation);
    }
}
