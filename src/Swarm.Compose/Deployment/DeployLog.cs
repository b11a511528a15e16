namespace Swarm.Compose.Deployment;

/// <summary>Keeps what a deployment did, and tells whoever listens.</summary>
internal sealed class DeployLog(IProgress<StackProgress>? progress)
{
    private readonly List<StackProgress> _steps = [];

    public void Add(StackStep step, ObjectKind kind, string name)
    {
        var entry = new StackProgress(step, kind, name);
        _steps.Add(entry);
        progress?.Report(entry);
    }

    public void Report(string service, ServiceProgress counts) => progress?.Report(new(
        counts.Converged ? StackStep.Converged : StackStep.Waiting, ObjectKind.Service, service, counts));

    public StackDeployment ToDeployment() =>
        new(Names(StackStep.Created), Names(StackStep.Updated), Names(StackStep.Unchanged), Names(StackStep.Removed));

    private ValueList<string> Names(StackStep step) =>
        _steps.Where(entry => entry.Step == step).Select(entry => entry.Name).ToValueList();
}
