namespace Swarm.Compose.Deployment;

/// <summary>
/// The networks of a stack. A client of the swarm has no operations on networks yet, so they are left out and services
/// get
/// no attachments; when it has, this is the place where networks are checked, created and kept.
/// </summary>
internal static class StackNetworks
{
    private const string Reason = "networks cannot be stored by this version; services share the networks of their nodes";

    public static void Report(StackPlan plan, DeployLog log)
    {
        foreach (var name in plan.Networks.Select(network => network.Name).Concat(plan.ExternalNetworks))
        {
            log.Add(StackStep.Skipped, ObjectKind.Network, name, Reason);
        }
    }

    public static ServiceSpec Without(ServiceSpec spec) => spec with
    {
        TaskTemplate = spec.TaskTemplate with { Networks = [] },
    };
}
