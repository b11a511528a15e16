using Microsoft.AspNetCore.Http;

namespace Swarm.Hosting.DockerApi;

/// <summary>Settings of the Docker-compatible API.</summary>
internal sealed record DockerApiOptions
{
    /// <summary>Newest version answered; at most that of an engine that requests pass through to.</summary>
    /// <value>Default 1.50.</value>
    public ApiVersion MaximumVersion { get; init; } = ApiVersion.Maximum;

    /// <summary>Newest version answered together with an engine.</summary>
    public ApiVersion MaximumWith(IEngineGateway? engine) =>
        engine?.MaximumVersion is { } version && version < MaximumVersion ? version : MaximumVersion;

    /// <summary>Version of the engine as told to clients.</summary>
    public string ServerVersion { get; init; } = DockerApi.ServerVersion.OfThisAssembly;

    /// <summary>Directory with the state of this node, shown by <c>docker info</c>.</summary>
    public string StateDirectory { get; init; } = "";

    /// <summary>What <c>docker info</c> says of security: how the values of secrets are stored, among others.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init; } = [];

    /// <summary>Largest request body in bytes.</summary>
    /// <value>Default 2 MiB: half as much again as the largest body Docker accepts, a config of 1 MB in base64.</value>
    public int MaxBodyBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Largest query parameter <c>filters</c> in characters.</summary>
    /// <value>Default 256 Ki.</value>
    public int MaxFilterLength { get; init; } = 256 * 1024;

    /// <summary>Time for a request that is not a stream.</summary>
    /// <value>Default 20 s (Docker's).</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Answers requests that no route matches; null means <c>page not found</c>.</summary>
    public RequestDelegate? Fallback { get; init; }
}
