using Swarm.Orchestration;

namespace Swarm.Control;

/// <summary>Decides whether a service may be asked for; the first rule that is broken is the one reported.</summary>
internal static class ServiceSpecValidator
{
    /// <summary>The most tasks one service may have, or run at once.</summary>
    public const long MaxTasks = 1_000_000;

    /// <summary>Checks a spec.</summary>
    /// <exception cref="SwarmException">It breaks a rule.</exception>
    public static void Validate(ServiceSpec spec)
    {
        if (spec is not { Name: not null, TaskTemplate: not null })
        {
            throw SwarmException.InvalidArgument("invalid argument");
        }

        ObjectNames.CheckDnsName(spec.Name);
        SpecSize.Check("service", SpecSize.Of(spec));
        TaskSpecValidator.Validate(spec.TaskTemplate);
        CheckMode(spec.Mode);
        CheckPolicies(spec);
        CheckEndpoint(spec.Endpoint);
        ServicePolicies.Parse(spec.Labels);
    }

    private static void CheckMode(ServiceMode? mode)
    {
        switch (mode)
        {
            case ReplicatedMode replicated:
                Rule.Require(replicated.Replicas >= 0, "Number of replicas must be non-negative");
                Rule.Require(replicated.Replicas <= MaxTasks, $"Number of replicas must be at most {MaxTasks}");
                break;
            case ReplicatedJobMode job:
                Rule.Require(job.MaxConcurrent >= 0, "Maximum concurrent jobs must not be negative");
                Rule.Require(job.TotalCompletions >= 0, "Total completed jobs must not be negative");
                Rule.Require(job.TotalCompletions <= MaxTasks, $"Total completed jobs must be at most {MaxTasks}");
                Rule.Require(job.MaxConcurrent <= MaxTasks, $"Maximum concurrent jobs must be at most {MaxTasks}");
                break;
            default:
                Rule.Require(mode is not null, "Unrecognized service mode");
                break;
        }
    }

    private static void CheckPolicies(ServiceSpec spec)
    {
        if (spec.Mode.IsJob)
        {
            Rule.Require(spec.Update is null, "Jobs may not have an update config");
            Rule.Require(spec.Rollback is null, "Jobs may not have a rollback config");
            return;
        }

        CheckPolicy(spec.Update, "update");
        CheckPolicy(spec.Rollback, "rollback");
    }

    private static void CheckPolicy(UpdatePolicy? policy, string name)
    {
        if (policy is null)
        {
            return;
        }

        Rule.RequireDuration(policy.Delay, $"TaskSpec: {name}-delay");
        Rule.RequireDuration(policy.Monitor, $"TaskSpec: {name}-monitor");
        Rule.Require(
            policy.MaxFailureRatio is >= 0 and <= 1,
            $"TaskSpec: {name}-maxfailureratio cannot be less than 0 or bigger than 1");
    }

    private static void CheckEndpoint(EndpointSpec? endpoint)
    {
        if (endpoint is null)
        {
            return;
        }

        var published = new HashSet<(int Port, PortProtocol Protocol)>();
        foreach (var port in endpoint.Ports)
        {
            Rule.Require(
                endpoint.Mode == ResolutionMode.Vip || port.Mode != PublishMode.Ingress,
                "EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
        }

        foreach (var port in endpoint.Ports)
        {
            Rule.Require(
                port.TargetPort is > 0 and <= ushort.MaxValue,
                $"EndpointSpec: invalid target port {port.TargetPort}: must be between 1 and 65535");
            Rule.Require(
                port.PublishedPort is >= 0 and <= ushort.MaxValue,
                $"EndpointSpec: invalid published port {port.PublishedPort}: must be between 1 and 65535");
            Rule.Require(
                port.PublishedPort == 0 || published.Add((port.PublishedPort, port.Protocol)),
                "EndpointSpec: duplicate published ports provided");
        }
    }
}
