using Microsoft.Extensions.Options;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting;

/// <summary>Checks every address of the API and reports all faults at once.</summary>
internal sealed class SwarmApiOptionsValidator : IValidateOptions<SwarmApiOptions>
{
    public ValidateOptionsResult Validate(string? name, SwarmApiOptions options)
    {
        List<string> failures = [.. options.Endpoints.Select(FaultOf).OfType<string>()];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string? FaultOf(string address)
    {
        try
        {
            DockerApiAddress.Parse(address);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }
}
