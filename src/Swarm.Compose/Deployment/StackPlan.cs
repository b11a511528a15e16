using Swarm.Compose.Conversion;
using Swarm.Compose.Lenient;

namespace Swarm.Compose.Deployment;

/// <summary>Everything a deployment is going to store, checked. Ids of secrets and configs are still missing.</summary>
internal sealed record StackPlan(
    StackNamespace Scope,
    IReadOnlyList<NetworkDocument> Networks,
    IReadOnlyList<string> ExternalNetworks,
    IReadOnlyList<SecretSpec> Secrets,
    IReadOnlyList<ConfigSpec> Configs,
    IReadOnlyList<PlannedService> Services)
{
    /// <summary>Makes the plan; services that others wait for come first.</summary>
    /// <exception cref="StackFileException">The stack cannot be deployed; every reason is listed.</exception>
    public static StackPlan Of(StackFile stack)
    {
        var scope = new StackNamespace(stack.Name);
        var converter = new StackConverter(stack.Model, scope, stack.Files, stack.Limits);
        var problems = new PlanProblems();
        problems.Try(() => ImageCheck.Check(stack.Model));
        var services = ServicesOf(stack, converter, problems);
        var plan = new StackPlan(
            scope,
            [.. problems.Try(converter.Networks) ?? []],
            [.. converter.ExternalNetworks().Where(NetworkNames.IsUserDefined)],
            [.. (problems.Try(converter.Secrets) ?? []).Select(SpecConverter.Secret)],
            [.. (problems.Try(converter.Configs) ?? []).Select(SpecConverter.Config)],
            services);
        problems.ThrowIfAny();
        return plan;
    }

    private static List<PlannedService> ServicesOf(StackFile stack, StackConverter converter, PlanProblems problems)
    {
        var references = new ReferenceConverter(stack.Model, converter.Scope);
        var services = new ServiceConverter(converter);
        var order = problems.Try(() => DependencyOrder.Sort(stack.Model.Services.Keys, stack.Dependencies)) ?? [];
        var planned = new List<PlannedService>();
        foreach (var name in order)
        {
            var service = stack.Model.Services[name];
            problems.Try(name, () => planned.Add(new(
                name,
                SpecConverter.Service(
                    services.Convert(name, service, references.Secrets(service), references.Configs(service)),
                    service),
                [.. stack.Dependencies.GetValueOrDefault(name) ?? []])));
        }

        return planned;
    }
}

/// <summary>A service of a plan.</summary>
/// <param name="Name">Its key in the files.</param>
/// <param name="Spec">What is to be stored.</param>
/// <param name="Dependencies">What it waits for.</param>
internal sealed record PlannedService(string Name, ServiceSpec Spec, IReadOnlyList<StackDependency> Dependencies);
