using Microsoft.Extensions.Options;

namespace Swarm.Hosting;

/// <summary>Checks every setting and reports all faults at once.</summary>
internal sealed class SwarmManagerOptionsValidator : IValidateOptions<SwarmManagerOptions>
{
    private const string Section = "Swarm";

    public ValidateOptionsResult Validate(string? name, SwarmManagerOptions options)
    {
        List<string> failures = [.. Failures(options)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(SwarmManagerOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            yield return $"{Section}:DataDirectory must name a directory";
        }

        if (!IsEndpoint(options.ListenAddress))
        {
            yield return $"{Section}:ListenAddress '{options.ListenAddress}' must be host:port";
        }

        if (string.IsNullOrEmpty(options.JoinAddress) != string.IsNullOrEmpty(options.JoinToken))
        {
            yield return $"{Section}:JoinAddress and {Section}:JoinToken belong together: set both to join a swarm, or none";
        }
        else if (options.JoinAddress is { Length: > 0 } manager && !IsEndpoint(manager))
        {
            yield return $"{Section}:JoinAddress '{manager}' must be host:port";
        }

        if (options.TaskHistoryLimit is < 0 or > 1000)
        {
            yield return $"{Section}:TaskHistoryLimit {options.TaskHistoryLimit} must be 0 to 1000";
        }

        if (options.HeartbeatPeriod < TimeSpan.FromSeconds(1) || options.HeartbeatPeriod > TimeSpan.FromHours(1))
        {
            yield return $"{Section}:HeartbeatPeriod {options.HeartbeatPeriod} must be 1 second to 1 hour";
        }

        if (options.CertificateLifetime < TimeSpan.FromHours(1))
        {
            yield return $"{Section}:CertificateLifetime {options.CertificateLifetime} must be at least 1 hour";
        }

        if (!Enum.IsDefined(options.SecretStorage))
        {
            yield return $"{Section}:SecretStorage {options.SecretStorage} must be Sealed or Plain";
        }

        if (!Enum.IsDefined(options.Dataplane))
        {
            yield return $"{Section}:Dataplane {options.Dataplane} must be Userspace, Nftables or Ipvs";
        }

        if (options.SubnetSize is < 1 or > 29)
        {
            yield return $"{Section}:SubnetSize {options.SubnetSize} must be 1 to 29";
        }

        if (options.DataPathPort is < 1024 or > 49151)
        {
            yield return $"{Section}:DataPathPort {options.DataPathPort} must be 1024 to 49151";
        }

        foreach (var pool in options.DefaultAddressPool.Where(pool => !System.Net.IPNetwork.TryParse(pool, out _)))
        {
            yield return $"{Section}:DefaultAddressPool '{pool}' must be in CIDR notation such as 10.20.0.0/16";
        }
    }

    private static bool IsEndpoint(string? text) =>
        text?.LastIndexOf(':') is > 0 and var colon
        && ushort.TryParse(text.AsSpan(colon + 1), out _);
}
