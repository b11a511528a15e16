using System.Globalization;
using Swarm.Scheduling;
using Swarm.Templating;

namespace Swarm.Control;

/// <summary>The rules for what a task runs, on which resources, and where.</summary>
internal static class TaskSpecValidator
{
    private const long MinNanoCpus = 1_000_000;
    private const long MinMemoryBytes = 4 * 1024 * 1024;
    private const int MinRuntimeKind = 3;

    public static void Validate(TaskSpec spec)
    {
        CheckResources(spec.Resources);
        CheckRestart(spec.Restart);
        foreach (var constraint in spec.Placement?.Constraints ?? default)
        {
            ConstraintExpression.Parse(constraint);
        }

        if (spec.Workload is ContainerSpec container)
        {
            FileReferenceRules.CheckSecrets(container);
            FileReferenceRules.CheckConfigs(container);
        }

        CheckWorkload(spec.Workload);
    }

    private static void CheckResources(ResourceRequirements? resources)
    {
        if (resources?.Limits is { } limits)
        {
            CheckAmounts(limits.NanoCpus, limits.MemoryBytes);
            Rule.Require(limits.Pids >= 0, $"invalid pids limit {limits.Pids}: Must not be negative");
        }

        if (resources?.Reservations is { } reservations)
        {
            CheckAmounts(reservations.NanoCpus, reservations.MemoryBytes);
            foreach (var generic in reservations.Generic)
            {
                // A task asks for a number of units; which of the named ones it gets is the scheduler's choice.
                Rule.Require(
                    generic is DiscreteResource { ResourceKind.Length: > 0, Amount: >= 0 },
                    $"invalid argument for resource {generic.ResourceKind}");
            }
        }
    }

    private static void CheckAmounts(long nanoCpus, long memoryBytes)
    {
        Rule.Require(
            nanoCpus is 0 or >= MinNanoCpus,
            $"invalid cpu value {CpusOf(nanoCpus)}: Must be at least 0.001");
        Rule.Require(
            memoryBytes is 0 or >= MinMemoryBytes,
            $"invalid memory value {memoryBytes}: Must be at least 4MiB");
    }

    // Small numbers in the form 1e-06, as Docker writes them.
    private static string CpusOf(long nanoCpus) =>
        (nanoCpus / 1e9).ToString(CultureInfo.InvariantCulture).Replace('E', 'e');

    private static void CheckRestart(RestartPolicy? policy)
    {
        Rule.RequireDuration(policy?.Delay, "TaskSpec: restart-delay");
        Rule.RequireDuration(policy?.Window, "TaskSpec: restart-window");
    }

    private static void CheckWorkload(Workload? workload)
    {
        switch (workload)
        {
            case null:
                throw SwarmException.InvalidArgument("TaskSpec: missing runtime");
            case ContainerSpec container:
                ContainerSpecValidator.Validate(TemplateExpander.Expand(container, TemplateContext.Dummy));
                break;
            case GenericSpec generic:
                CheckGeneric(generic);
                break;
            default:
                throw new SwarmException(
                    SwarmErrorCode.Unimplemented,
                    "RuntimeSpec: unimplemented runtime in service spec");
        }
    }

    private static void CheckGeneric(GenericSpec spec)
    {
        var kind = Quoted.Of(spec.RuntimeKind);
        Rule.Require(spec.RuntimeKind.Length >= MinRuntimeKind, $"Generic runtime: Invalid name {kind}");
        Rule.Require(
            spec.RuntimeKind is not ("container" or "attachment"),
            $"Generic runtime: {kind} is a reserved name");
        Rule.Require(spec.PayloadType.Length > 0, "Generic runtime is missing payload type");
        Rule.Require(!spec.Payload.IsEmpty, "Generic runtime has an empty payload");
    }
}
