using Microsoft.Extensions.Logging;
using Swarm.Control;
using Swarm.Secrets;
using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>Finds the secrets and configs of a task: opens what is sealed, and asks drivers for what they keep.</summary>
internal sealed class DependencyFinder(DispatcherOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>The objects to send with a task. What cannot be found is left out: the task fails later.</summary>
    public async Task<IReadOnlyList<ClusterObject>> FindAsync(
        ClusterView view,
        SwarmTask task,
        CancellationToken cancellationToken)
    {
        List<ClusterObject>? found = null;
        foreach (var id in TaskReferences.SecretsOf(task.Spec).Distinct())
        {
            if (view.Secrets.Find(id.Value) is { } secret
                && await ResolveAsync(view, secret, task, cancellationToken) is { } resolved)
            {
                (found ??= []).Add(resolved);
            }
        }

        foreach (var id in TaskReferences.ConfigsOf(task.Spec).Distinct())
        {
            if (view.Configs.Find(id.Value) is { } config)
            {
                (found ??= []).Add(config);
            }
        }

        return found ?? (IReadOnlyList<ClusterObject>)[];
    }

    private async ValueTask<Secret?> ResolveAsync(
        ClusterView view,
        Secret secret,
        SwarmTask task,
        CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(options.SecretTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return secret.Spec.Driver is { } driver
                ? await FetchAsync(view, secret, driver, task, either.Token)
                : await OpenAsync(secret, either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = timer.IsCancellationRequested ? "no answer in time" : exception.Message;
            DispatchLog.SecretFetchFailed(logger, secret.Id, task.Id, reason);
            return null;
        }
    }

    private async Task<Secret> OpenAsync(Secret secret, CancellationToken cancellationToken)
    {
        var open = Loops.JoinAsync(options.Secrets.OpenAsync(secret, cancellationToken));
        var value = await open.WaitAsync(cancellationToken);
        return secret with { Spec = secret.Spec with { Data = value } };
    }

    private async Task<Secret> FetchAsync(
        ClusterView view,
        Secret secret,
        Driver driver,
        SwarmTask task,
        CancellationToken cancellationToken)
    {
        var source = options.Secrets.FindDriver(driver.Name)
            ?? throw SwarmException.FailedPrecondition($"this manager has no secret driver {driver.Name}");
        var fetch = Loops.JoinAsync(source.GetAsync(RequestFor(view, secret, driver, task), cancellationToken));
        var answer = await fetch.WaitAsync(cancellationToken);
        ValueList<byte> value = new(answer.Data.ToArray());
        FileKinds.Secret.CheckSize(value);
        var fetched = secret with { Spec = secret.Spec with { Data = value } };
        return answer.DoNotReuse
            ? fetched with { Id = TaskReferences.CopyFor(secret.Id, task.Id), Internal = true }
            : fetched;
    }

    private static SecretRequest RequestFor(ClusterView view, Secret secret, Driver driver, SwarmTask task)
    {
        var service = task.ServiceId.IsEmpty ? null : view.Services.Find(task.ServiceId.Value);
        var container = task.Spec.Workload as ContainerSpec;
        return new()
        {
            SecretName = secret.Spec.Name,
            SecretLabels = secret.Spec.Labels,
            DriverOptions = driver.Options,
            ServiceId = task.ServiceId,
            ServiceName = task.ServiceAnnotations.Name,
            ServiceLabels = task.ServiceAnnotations.Labels,
            ServiceHostname = container?.Hostname ?? "",
            ServiceEndpoint = service?.Spec.Endpoint,
            TaskId = task.Id,
            TaskName = task.Name,
            TaskImage = container?.Image ?? "",
            NodeId = task.NodeId,
        };
    }
}
