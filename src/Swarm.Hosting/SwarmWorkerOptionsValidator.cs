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
        if (options.JoinAddress is not null)
        {
            return string.IsNullOrWhiteSpace(options.DataDirectory)
                ? ValidateOptionsResult.Fail($"Worker {node} joins over the network and needs a DataDirectory.")
                : ValidateOptionsResult.Success;
        }

        if (options.JoinToken is not null)
        {
            return ValidateOptionsResult.Fail($"Worker {node} has a JoinToken but no JoinAddress to use it at.");
        }

        return managers.Any()
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Worker {node} has no manager to join; set JoinAddress, or call AddSwarmManager as well.");
    }
}
