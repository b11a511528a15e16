using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting;

/// <summary>Serves the Docker Engine HTTP API of this process's swarm node.</summary>
public static class DockerApiExtensions
{
    /// <summary>
    /// Serves the API below the prefix of <paramref name="endpoints"/>, at any path that no other endpoint takes. The
    /// API has no authentication of its own: who reaches it controls the node. Protect it with the returned builder, or
    /// map it on a listener that only the right callers reach.
    /// </summary>
    /// <param name="endpoints">The endpoints of the application.</param>
    /// <returns>For conventions such as <c>RequireAuthorization</c> and <c>RequireHost</c>.</returns>
    public static IEndpointConventionBuilder MapDockerApi(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var api = endpoints.ServiceProvider.GetRequiredService<DockerEngineApi>();
        var stopping = StoppingOf(endpoints.ServiceProvider);
        return endpoints.Map("{**dockerApiPath}", (RequestDelegate)ServeAsync);

        Task ServeAsync(HttpContext http)
        {
            // An engine behind this API gets requests with the path that they have here.
            http.Request.Path = $"/{http.Request.RouteValues["dockerApiPath"]}";
            return api.InvokeAsync(http, stopping);
        }
    }

    /// <summary>Answers everything that reaches this point of the pipeline; see <see cref="MapDockerApi"/>.</summary>
    /// <param name="app">The pipeline, or a branch made with <c>Map</c> or <c>MapWhen</c>.</param>
    public static void RunDockerApi(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var api = app.ApplicationServices.GetRequiredService<DockerEngineApi>();
        var stopping = StoppingOf(app.ApplicationServices);
        app.Run(http => api.InvokeAsync(http, stopping));
    }

    /// <summary>Registers the API of the node registered as <see cref="Nodes.ISwarmNode"/>.</summary>
    internal static IServiceCollection AddDockerApi(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new DockerApiOptions());
        services.TryAddSingleton<EventHistory>();
        services.TryAddSingleton<EventFeed>();
        services.TryAddSingleton(provider => DockerRoutes.Create(
            provider.GetRequiredService<EventHistory>(),
            provider.GetRequiredService<TimeProvider>(),
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            provider.GetService<IEngineGateway>()));
        services.TryAddSingleton<DockerEngineApi>();
        services.TryAddSingleton<DockerApiServer>();
        return services;
    }

    private static CancellationToken StoppingOf(IServiceProvider services) =>
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default;
}
