using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Swarm.Tool.Stacks;

/// <summary>A connection to the Docker API that carries no more requests but the bytes of a command.</summary>
internal sealed class UpgradedConnection : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly Socket _socket;

    private UpgradedConnection(HttpClient http, Socket socket, Stream stream) =>
        (_http, _socket, Stream) = (http, socket, stream);

    /// <summary>What goes to the command and what comes from it.</summary>
    public Stream Stream { get; }

    /// <summary>Sends a request and takes its connection over.</summary>
    /// <exception cref="DockerApiException">The daemon refused.</exception>
    /// <exception cref="HttpRequestException">The daemon cannot be reached.</exception>
    public static async Task<UpgradedConnection> OpenAsync(
        Uri address,
        Func<CancellationToken, Task<Socket>> connectAsync,
        string path,
        byte[] body,
        CancellationToken cancellationToken)
    {
        Socket? socket = null;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, token) =>
                new NetworkStream(socket = await connectAsync(token), ownsSocket: true),
        };
        var http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue("tcp"));
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode == HttpStatusCode.SwitchingProtocols
                ? new(http, socket!, await response.Content.ReadAsStreamAsync(cancellationToken))
                : throw new DockerApiException(
                    response.StatusCode,
                    DockerClient.Reason(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>Tells the command that its input is at its end; its output still comes.</summary>
    public void EndInput() => _socket.Shutdown(SocketShutdown.Send);

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _http.Dispose();
    }
}
