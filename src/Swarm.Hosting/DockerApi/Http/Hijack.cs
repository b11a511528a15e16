using System.IO.Pipelines;
using System.Text;

namespace Swarm.Hosting.DockerApi;

/// <summary>A connection that the request on it may take over.</summary>
internal sealed class Hijack(IDuplexPipe connection, string commonHeaders)
{
    /// <summary>Whether the connection is no longer for answers of HTTP.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Tells the client that the protocol changes, and hands the connection over.</summary>
    /// <param name="contentType">What comes now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IDuplexPipe> TakeAsync(string contentType, CancellationToken cancellationToken)
    {
        IsTaken = true;
        await connection.Output.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                + $"{commonHeaders}\r\n"),
            cancellationToken);
        return connection;
    }
}
