using Swarm.Compose;

namespace StackDeploy;

/// <summary>Tells every step of a deployment.</summary>
internal sealed class Steps : IProgress<StackProgress>
{
    public void Report(StackProgress value) => Console.WriteLine(value.Service is { } service
        ? $"  {value.Name}: {service.Running} of {service.Desired} run"
        : $"  {value.Kind} {value.Name}: {value.Step}");
}
