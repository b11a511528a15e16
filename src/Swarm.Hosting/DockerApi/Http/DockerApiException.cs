using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>An answer other than success, in the words of the engine itself: no <c>rpc error</c> prefix.</summary>
internal sealed class DockerApiException(int status, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    public static DockerApiException BadRequest(string message, Exception? innerException = null) =>
        new(StatusCodes.Status400BadRequest, message, innerException);

    public static DockerApiException NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    public static DockerApiException Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    public static DockerApiException TooMany(string message) => new(StatusCodes.Status429TooManyRequests, message);

    /// <summary>A request of the Docker API that is not carried out here; the text names what is missing.</summary>
    public static DockerApiException NotImplemented(string message) =>
        new(StatusCodes.Status501NotImplemented, message);

    public static DockerApiException PageNotFound() => NotFound("page not found");
}
