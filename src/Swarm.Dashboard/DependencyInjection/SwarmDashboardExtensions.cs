using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Swarm.Dashboard;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shows the swarm of a host in the browser.</summary>
public static class SwarmDashboardExtensions
{
    /// <summary>
    /// Serves the dashboard at a listener of its own: <c>options.Endpoint = "http://127.0.0.1:9080"</c>. It answers
    /// this machine only, and only shows unless <see cref="DashboardOptions.AllowActions"/> is set.
    /// </summary>
    /// <param name="services">The services of a host that also calls <c>AddSwarmManager</c>.</param>
    /// <param name="configure">Sets the address, and what is shown.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSwarmDashboard(
        this IServiceCollection services,
        Action<DashboardOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<DashboardOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<DashboardOptions>, DashboardOptionsValidator>());
        if (services.All(service => service.ServiceType != typeof(DashboardServer)))
        {
            services.AddSingleton<DashboardServer>();
            services.AddSingleton<IDashboardAddress>(provider => provider.GetRequiredService<DashboardServer>());
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<DashboardServer>());
        }

        return services;
    }

    /// <summary>
    /// Serves the dashboard among the host's own endpoints. It answers this machine only; <c>RequireAuthorization</c>
    /// on what is returned replaces that rule by the host's own.
    /// </summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="prefix">Where: a path that begins with a slash.</param>
    /// <param name="configure">Changes what is shown and allowed.</param>
    /// <returns>All endpoints of the dashboard.</returns>
    /// <exception cref="InvalidOperationException">The host has no swarm manager.</exception>
    /// <exception cref="OptionsValidationException">The options are not valid.</exception>
    public static IEndpointConventionBuilder MapSwarmDashboard(
        this IEndpointRouteBuilder endpoints,
        string prefix = "/swarm",
        Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var options = new DashboardOptions();
        configure?.Invoke(options);
        if (new DashboardOptionsValidator().Validate(null, options) is { Failed: true, Failures: var failures })
        {
            throw new OptionsValidationException(nameof(DashboardOptions), typeof(DashboardOptions), failures);
        }

        var run = new DashboardRun(endpoints.ServiceProvider, options);
        endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(
            static state => _ = ((DashboardRun)state!).DisposeAsync().AsTask(),
            run);
        var group = endpoints.MapGroup(prefix);
        run.Site.Map(group);
        return group;
    }
}
