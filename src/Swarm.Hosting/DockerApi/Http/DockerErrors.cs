using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>How errors become answers: Docker's statuses, except that a caller's mistake is never a 500.</summary>
internal static class DockerErrors
{
    /// <summary>The HTTP status of an error.</summary>
    public static int StatusOf(SwarmErrorCode code) => code switch
    {
        SwarmErrorCode.InvalidArgument or SwarmErrorCode.FailedPrecondition => StatusCodes.Status400BadRequest,
        SwarmErrorCode.NotFound => StatusCodes.Status404NotFound,
        SwarmErrorCode.AlreadyExists or SwarmErrorCode.UpdateOutOfSequence => StatusCodes.Status409Conflict,
        SwarmErrorCode.PermissionDenied => StatusCodes.Status403Forbidden,
        SwarmErrorCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        SwarmErrorCode.Unimplemented => StatusCodes.Status501NotImplemented,
        SwarmErrorCode.Unavailable or SwarmErrorCode.NoLeader or SwarmErrorCode.ResyncRequired
            or SwarmErrorCode.SessionInvalid => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>
    /// The text of an error of the control API. Docker puts the gRPC code before it; not before a plain lookup that
    /// found nothing, which the engine answers itself.
    /// </summary>
    public static string TextOf(SwarmException error)
    {
        const string Prefix = "rpc error: ";
        return error.Code == SwarmErrorCode.NotFound || error.Message.StartsWith(Prefix, StringComparison.Ordinal)
            ? error.Message
            : $"{Prefix}code = {GrpcNameOf(error.Code)} desc = {error.Message}";
    }

    /// <summary>Lets an error of a lookup, or of the node itself, through without the gRPC code in front.</summary>
    /// <example><c>await call.Client.Services.FindAsync(id, call.Cancellation).WithoutRpcPrefixAsync()</c>.</example>
    public static async Task<T> WithoutRpcPrefixAsync<T>(this Task<T> operation)
    {
        try
        {
            return await operation;
        }
        catch (SwarmException e)
        {
            throw Plain(e);
        }
    }

    /// <inheritdoc cref="WithoutRpcPrefixAsync{T}(Task{T})"/>
    public static async Task WithoutRpcPrefixAsync(this Task operation)
    {
        try
        {
            await operation;
        }
        catch (SwarmException e)
        {
            throw Plain(e);
        }
    }

    /// <summary>The same error as an answer without the gRPC code in front.</summary>
    public static DockerApiException Plain(SwarmException error) => new(StatusOf(error.Code), error.Message, error);

    private static string GrpcNameOf(SwarmErrorCode code) => code switch
    {
        SwarmErrorCode.InvalidArgument => "InvalidArgument",
        SwarmErrorCode.NotFound => "NotFound",
        SwarmErrorCode.AlreadyExists => "AlreadyExists",
        SwarmErrorCode.FailedPrecondition => "FailedPrecondition",
        SwarmErrorCode.PermissionDenied => "PermissionDenied",
        SwarmErrorCode.ResourceExhausted => "ResourceExhausted",
        SwarmErrorCode.Unimplemented => "Unimplemented",
        SwarmErrorCode.Unavailable => "Unavailable",
        SwarmErrorCode.Internal => "Internal",
        _ => "Unknown",
    };
}
