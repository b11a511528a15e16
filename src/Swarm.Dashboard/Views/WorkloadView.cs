using Swarm.Orchestration;

namespace Swarm.Dashboard;

/// <summary>
/// What a task runs, for people. Values of environment variables are left out unless they are asked for; of secrets and
/// configs there are the names; credentials of registries are left out.
/// </summary>
internal static class WorkloadView
{
    public static WorkloadDocument Of(TaskSpec spec, bool showEnvironment)
    {
        var document = new WorkloadDocument
        {
            Constraints = ObjectViews.Strings(spec.Placement?.Constraints ?? []),
            Restart = Restart(spec.Restart ?? RestartPolicy.Default),
            Cpu = ObjectViews.Processors(spec.Resources?.Reservations?.NanoCpus ?? 0),
            Mem = spec.Resources?.Reservations?.MemoryBytes ?? 0,
            CpuLimit = ObjectViews.Processors(spec.Resources?.Limits?.NanoCpus ?? 0),
            MemLimit = spec.Resources?.Limits?.MemoryBytes ?? 0,
        };
        return spec.Workload is not ContainerSpec container ? document : document with
        {
            Image = ObjectViews.Text(container.Image),
            Command = ObjectViews.Strings(container.Command),
            Args = ObjectViews.Strings(container.Args),
            Dir = ObjectViews.Text(container.WorkingDirectory),
            User = ObjectViews.Text(container.User),
            Env = container.Environment.IsEmpty
                ? null
                : [.. container.Environment.Select(variable => new VariableDocument(
                    variable.Name,
                    showEnvironment ? variable.Value ?? "" : null))],
            Mounts = ObjectViews.Strings(container.Mounts.Select(mount =>
                $"{mount.Source}:{mount.Target}{(mount.ReadOnly ? ":ro" : "")} ({ObjectViews.Lower(mount.Type)})")),
            Secrets = ObjectViews.Strings(container.Secrets.Select(secret => secret.SecretName)),
            Configs = ObjectViews.Strings(container.Configs.Select(config => config.ConfigName)),
            Labels = ObjectViews.Labels(container.Labels),
        };
    }

    /// <summary>An update policy in words.</summary>
    public static string Update(UpdatePolicy policy) => string.Join(", ", new[]
    {
        policy.Parallelism == 0 ? "all at once" : $"{policy.Parallelism} at a time",
        policy.Order == UpdateOrder.StartFirst ? "start first" : "stop first",
        policy.Delay > TimeSpan.Zero ? $"{DurationText.Of(policy.Delay)} between" : "",
        $"on failure {ObjectViews.Lower(policy.FailureAction)}",
    }.Where(word => word.Length > 0));

    private static string Restart(RestartPolicy policy)
    {
        var condition = policy.Condition switch
        {
            RestartCondition.None => "never",
            RestartCondition.OnFailure => "on failure",
            _ => "always",
        };
        return policy.Condition == RestartCondition.None
            ? condition
            : $"{condition}, after {DurationText.Of(policy.Delay ?? RestartPolicy.DefaultDelay)}"
                + (policy.MaxAttempts > 0 ? $", at most {policy.MaxAttempts} times" : "");
    }
}
