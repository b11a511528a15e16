using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Swarm.Certificates;
using Swarm.Certificates.Access;
using Swarm.Certificates.Nodes;

namespace Swarm.Hosting.Wire.Client;

/// <summary>Makes connections to managers: gRPC over TLS in which both sides prove who they are.</summary>
internal static class ManagerChannel
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A connection of a member to a manager of its swarm.</summary>
    public static GrpcChannel ToManager(string address, NodeIdentity self, TimeProvider time) =>
        Open(address, OptionsOf(self, time));

    /// <summary>The connections of a member to managers, for calls that are passed on as they are.</summary>
    public static SocketsHttpHandler HandlerOf(NodeIdentity self, TimeProvider time) =>
        NewHandler(OptionsOf(self, time));

    /// <summary>A connection of a node that has no certificate yet to a manager under a root that is known.</summary>
    public static GrpcChannel ToManager(string address, string root, TimeProvider time) =>
        Open(address, NewOptions((leaf, chain) => IsManager(leaf, chain, root, default, time)));

    /// <summary>A connection to whoever answers, for the one question that needs no trust: which root there is.</summary>
    public static GrpcChannel ToAnyone(string address) => Open(address, NewOptions((_, _) => true));

    /// <summary>
    /// The address as the client of HTTP/2 is to see it. TLS is not its business: it would insist on a named protocol,
    /// and Docker's managers name none once they have renewed their certificate.
    /// </summary>
    public static string UriOf(string address) => $"http://{address}";

    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint endPoint,
        SslClientAuthenticationOptions options,
        CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return tls;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions OptionsOf(NodeIdentity self, TimeProvider time)
    {
        var options = NewOptions((leaf, chain) => IsManager(leaf, chain, self.Root, self.ClusterId, time));
        options.ClientCertificateContext = TlsCertificates.ContextOf(self);
        return options;
    }

    private static SslClientAuthenticationOptions NewOptions(Func<X509Certificate2, X509Chain?, bool> accepts) => new()
    {
        TargetHost = CertificateSubject.ManagerUnit,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            certificate is X509Certificate2 leaf && accepts(leaf, chain),
    };

    private static bool IsManager(
        X509Certificate2 leaf,
        X509Chain? chain,
        string root,
        ClusterId cluster,
        TimeProvider time)
    {
        try
        {
            PeerVerification.RequireManager(TlsCertificates.Sent(leaf, chain), root, cluster, time.GetUtcNow());
            return true;
        }
        catch (SwarmException refusal)
        {
            // Rethrown by the handshake, so that whoever connects reads the reason and not just "invalid".
            throw new AuthenticationException(refusal.Message, refusal);
        }
    }

    private static GrpcChannel Open(string address, SslClientAuthenticationOptions options) => GrpcChannel.ForAddress(
        UriOf(address),
        new GrpcChannelOptions
        {
            MaxReceiveMessageSize = WireLimits.MaxAnswer,
            MaxSendMessageSize = WireLimits.MaxMessage,
            DisposeHttpClient = true,
            HttpHandler = NewHandler(options),
        });

    private static SocketsHttpHandler NewHandler(SslClientAuthenticationOptions options) => new()
    {
        ConnectCallback = (context, cancellationToken) =>
            ConnectAsync(context.DnsEndPoint, options, cancellationToken),
        ConnectTimeout = ConnectTimeout,
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,

        // A manager whose machine has gone says nothing more.
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        UseProxy = false,
        AllowAutoRedirect = false,
    };
}
