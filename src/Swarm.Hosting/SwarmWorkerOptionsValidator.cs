using Microsoft.Extensions.Options;
using Swarm.Hosting.DependencyInjection;

namespace Swarm.Hosting;

/// <summary>Refuses workers that this process cannot have.</summary>
internal sealed class SwarmWorkerOptionsValidator(IEnumerable<ManagerBlueprint> managers)
    : IValidateOptions<SwarmWorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, SwarmWorkerOptions options)
    {
        var node = options.NodeName ?? name;
        if (options.JoinAddress is { } address)
        {
            return ValidateOptionsResult.Fail(
                $"Worker {node} is to join {address}: joining over the network is not supported by this version. Leave "
                + "JoinAddress empty to join the manager in this process.");
        }

        return managers.Any()
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Worker {node} has no manager to join; call AddSwarmManager as well.");
    }
}
