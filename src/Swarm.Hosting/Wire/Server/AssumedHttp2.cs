using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Swarm.Hosting.Wire.Server;

/// <summary>
/// Takes connections for HTTP/2 that did not name a protocol. Docker Engines name it at first and no longer once they
/// have renewed their certificate; nothing else is ever spoken on this port.
/// </summary>
internal sealed class AssumedHttp2 : ITlsApplicationProtocolFeature
{
    private static readonly AssumedHttp2 Instance = new();

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

    public static ConnectionDelegate Middleware(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>() is not { ApplicationProtocol.IsEmpty: false })
        {
            connection.Features.Set<ITlsApplicationProtocolFeature>(Instance);
        }

        return next(connection);
    };
}
