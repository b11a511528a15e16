using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Swarm.Certificates.Access;

namespace Swarm.Hosting.Wire.Server;

/// <summary>Stands before every method of the swarm port: who calls, may they, and errors in the words of the wire.</summary>
internal sealed partial class CallGate(ManagerServices services, ILogger<CallGate> logger) : Interceptor
{
    private const string ControlMethods = "/docker.swarmkit.v1.Control/";

    private readonly ILogger _logger = logger;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation) =>
        PassAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        PassAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        PassAsync(context, async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        PassAsync(context, async () =>
        {
            await continuation(requestStream, responseStream, context);
            return true;
        });

    private async Task<T> PassAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        try
        {
            var swarm = services.Swarm();
            var node = RpcAuthorization.Authorize(context.Method, Caller.Of(context), swarm);
            Caller.Remember(context, node);

            // Another manager passes on what its own client asked for; who that is, only it knows.
            using var actor = SwarmActor.As(
                context.Method.StartsWith(ControlMethods, StringComparison.Ordinal) ? $"manager {node}" : "");
            return await call();
        }
        catch (SwarmException exception)
        {
            LogRefused(context.Method, context.Peer, exception.Message);
            throw GrpcErrors.ToRpc(exception);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the caller has gone"));
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            LogFailed(exception, context.Method, context.Peer);
            throw new RpcException(new Status(StatusCode.Internal, $"{context.Method} failed: {exception.Message}"));
        }
    }

    [LoggerMessage(4100, LogLevel.Debug, "{Method} called from {Peer} was refused: {Reason}")]
    private partial void LogRefused(string method, string peer, string reason);

    [LoggerMessage(4101, LogLevel.Error, "{Method} called from {Peer} failed")]
    private partial void LogFailed(Exception exception, string method, string peer);
}
