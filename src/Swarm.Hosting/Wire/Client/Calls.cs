using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Grpc.Core;

namespace Swarm.Hosting.Wire.Client;

/// <summary>Calls to managers whose errors are the swarm's own.</summary>
internal static class Calls
{
    public static async ValueTask<T> AwaitAsync<T>(AsyncUnaryCall<T> call, string address)
    {
        using (call)
        {
            try
            {
                return await call.ResponseAsync;
            }
            catch (RpcException exception)
            {
                throw Translate(exception, address);
            }
        }
    }

    public static async IAsyncEnumerable<T> ReadAsync<T>(
        AsyncServerStreamingCall<T> call,
        string address,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (call)
        {
            while (await MoveNextAsync(call, address, cancellationToken))
            {
                yield return call.ResponseStream.Current;
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync<T>(
        AsyncServerStreamingCall<T> call,
        string address,
        CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(exception, address);
        }
    }

    /// <summary>An error of a call in the swarm's terms: refused by the manager, by TLS, or never arrived.</summary>
    public static Exception Translate(RpcException exception, string address)
    {
        if (exception.StatusCode == StatusCode.Cancelled)
        {
            return new OperationCanceledException(exception.Status.Detail, exception);
        }

        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SwarmException refusal:
                    return new SwarmException(refusal.Code, $"manager {address}: {refusal.Message}", exception);
                case AuthenticationException { InnerException: null } authentication:
                    return new SwarmException(
                        SwarmErrorCode.PermissionDenied,
                        $"manager {address} and this node do not accept each other's certificates: "
                        + authentication.Message,
                        exception);
                case SocketException socket:
                    return new SwarmException(
                        SwarmErrorCode.Unavailable,
                        $"manager {address} cannot be reached: {socket.Message}",
                        exception);
                default:
                    break;
            }
        }

        return GrpcErrors.ToSwarm(exception);
    }
}
