using System.Buffers;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;
using Swarm.Certificates.Rotation;

namespace Swarm.Hosting.Wire.Client;

/// <summary>Calls authorities outside of the swarm; this manager's certificate tells them who asks.</summary>
internal sealed class ExternalCaClient(CurrentIdentity identity, TimeProvider time) : IExternalCaClient
{
    private const int HttpsPort = 443;

    // Signing is rare, and both the own certificate and the trusted roots may differ from one call to the next.
    public async Task<ExternalCaAnswer> PostAsync(
        string url,
        string roots,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = OptionsFor(roots),
            AllowAutoRedirect = false,
            UseProxy = false,
        });
        using var body = new ReadOnlyMemoryContent(json);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = body };
        using var response = await client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new ExternalCaAnswer((int)response.StatusCode, await ReadStartAsync(stream, cancellationToken));
    }

    public async Task<bool> IsReachableAsync(string url, string roots, CancellationToken cancellationToken)
    {
        var uri = new Uri(url);
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(uri.Host, uri.Port is -1 ? HttpsPort : uri.Port, cancellationToken);
            using var tls = new SslStream(socket.GetStream());
            var options = OptionsFor(roots);
            options.TargetHost = uri.Host;
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<ValueList<byte>> ReadStartAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(IExternalCaClient.MaxAnswer);
        try
        {
            var length = await stream.ReadAtLeastAsync(
                buffer.AsMemory(0, IExternalCaClient.MaxAnswer),
                IExternalCaClient.MaxAnswer,
                throwOnEndOfStream: false,
                cancellationToken);
            return [.. buffer.AsSpan(0, length)];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SslClientAuthenticationOptions OptionsFor(string roots) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateContext = TlsCertificates.ContextOf(identity.Value),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None
            && certificate is X509Certificate2 leaf
            && LeadsTo(roots, TlsCertificates.Sent(leaf, chain)),
    };

    private bool LeadsTo(string roots, X509Certificate2Collection sent)
    {
        var trusted = CertificatePem.Read(roots);
        try
        {
            return CertificateChain.Check(sent, trusted, time.GetUtcNow()).Fault == ChainFault.None;
        }
        finally
        {
            CertificatePem.Dispose(trusted);
        }
    }
}
