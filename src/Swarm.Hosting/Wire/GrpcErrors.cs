using Grpc.Core;
using Swarm.Dispatch;

namespace Swarm.Hosting.Wire;

/// <summary>The swarm's errors as gRPC statuses, as SwarmKit's managers send them, and back.</summary>
internal static class GrpcErrors
{
    private const string OutOfSequence = "update out of sequence";

    public static RpcException ToRpc(SwarmException exception) =>
        new(new Status(StatusOf(exception.Code), exception.Message, exception));

    public static SwarmException ToSwarm(RpcException exception) =>
        new(CodeOf(exception.Status), exception.Status.Detail, exception);

    private static StatusCode StatusOf(SwarmErrorCode code) => code switch
    {
        SwarmErrorCode.InvalidArgument => StatusCode.InvalidArgument,
        SwarmErrorCode.NotFound => StatusCode.NotFound,
        SwarmErrorCode.AlreadyExists => StatusCode.AlreadyExists,
        SwarmErrorCode.FailedPrecondition => StatusCode.FailedPrecondition,
        SwarmErrorCode.UpdateOutOfSequence => StatusCode.Unknown,
        SwarmErrorCode.Unavailable or SwarmErrorCode.NoLeader => StatusCode.Unavailable,
        SwarmErrorCode.Unimplemented => StatusCode.Unimplemented,
        SwarmErrorCode.PermissionDenied => StatusCode.PermissionDenied,
        SwarmErrorCode.ResourceExhausted => StatusCode.ResourceExhausted,
        SwarmErrorCode.ResyncRequired => StatusCode.Aborted,
        SwarmErrorCode.SessionInvalid => StatusCode.InvalidArgument,
        _ => StatusCode.Internal,
    };

    private static SwarmErrorCode CodeOf(Status status) => status.StatusCode switch
    {
        _ when status.Detail is DispatchErrors.SessionInvalidText or DispatchErrors.MustDisconnectText =>
            SwarmErrorCode.SessionInvalid,
        StatusCode.Unknown when status.Detail.Contains(OutOfSequence, StringComparison.Ordinal) =>
            SwarmErrorCode.UpdateOutOfSequence,
        StatusCode.InvalidArgument => SwarmErrorCode.InvalidArgument,
        StatusCode.NotFound => SwarmErrorCode.NotFound,
        StatusCode.AlreadyExists => SwarmErrorCode.AlreadyExists,
        StatusCode.FailedPrecondition => SwarmErrorCode.FailedPrecondition,
        StatusCode.Unimplemented => SwarmErrorCode.Unimplemented,
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => SwarmErrorCode.PermissionDenied,
        StatusCode.ResourceExhausted => SwarmErrorCode.ResourceExhausted,
        StatusCode.Aborted => SwarmErrorCode.ResyncRequired,
        StatusCode.Internal or StatusCode.DataLoss => SwarmErrorCode.Internal,
        _ => SwarmErrorCode.Unavailable,
    };
}
