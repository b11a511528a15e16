using System.Buffers;

namespace Swarm.Hosting.DockerApi;

/// <summary>Events of the engine among those of the swarm.</summary>
internal static class EngineEvents
{
    /// <summary>Copies what the engine has to tell, line by line, until it ends.</summary>
    /// <param name="call">The request; the engine gets its query.</param>
    /// <param name="engine">The engine; null tells nothing.</param>
    /// <param name="output">Whoever has it may write to the answer.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    public static async Task CopyAsync(
        DockerCall call, IEngineGateway? engine, SemaphoreSlim output, CancellationToken cancellationToken)
    {
        if (engine is null)
        {
            return;
        }

        var lines = engine.ReadLinesAsync($"/events{call.Http.Request.QueryString}", cancellationToken);
        await foreach (var line in lines)
        {
            await output.WaitAsync(cancellationToken);
            try
            {
                var writer = call.Http.Response.BodyWriter;
                writer.Write(line.Span);
                writer.Write("\n"u8);
                await writer.FlushAsync(cancellationToken);
            }
            finally
            {
                output.Release();
            }
        }
    }
}
