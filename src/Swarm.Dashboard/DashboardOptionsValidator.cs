using System.Net;
using Microsoft.Extensions.Options;

namespace Swarm.Dashboard;

/// <summary>Checks the options and reports all faults at once.</summary>
internal sealed class DashboardOptionsValidator : IValidateOptions<DashboardOptions>
{
    public ValidateOptionsResult Validate(string? name, DashboardOptions options)
    {
        List<string> failures = [];
        if (options.Endpoint is { } endpoint && Parse(endpoint) is null)
        {
            failures.Add(
                $"The dashboard's address {endpoint} must be like http://127.0.0.1:9080, with a loopback address; to "
                + "serve it to others, map it into a host with MapSwarmDashboard and RequireAuthorization.");
        }

        if (options.MaxTasks < 1)
        {
            failures.Add($"The dashboard's MaxTasks is {options.MaxTasks}; it must be at least 1.");
        }

        if (options.MaxStreams < 1)
        {
            failures.Add($"The dashboard's MaxStreams is {options.MaxStreams}; it must be at least 1.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>The loopback address that an endpoint names; null when it names none.</summary>
    public static IPEndPoint? Parse(string endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
            || uri is not { Scheme: "http", AbsolutePath: "/", Query: "", UserInfo: "" })
        {
            return null;
        }

        var host = uri.Host.Trim('[', ']');
        var address = host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(host, out var parsed) ? parsed : null;
        return address is not null && IPAddress.IsLoopback(address) ? new IPEndPoint(address, uri.Port) : null;
    }
}
