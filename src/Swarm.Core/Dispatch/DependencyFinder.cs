using Microsoft.Extensions.Logging;
using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>Finds the secrets and configs of a task, fetching from secret drivers what only they have.</summary>
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
        if (secret.Spec.Driver is null)
        {
            return secret;
        }

        try
        {
            return await FetchAsync(view, secret, task, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            DispatchLog.SecretFetchFailed(logger, secret.Id, task.Id, exception.Message);
            return null;
        }
    }

    private async Task<Secret?> FetchAsync(
        ClusterView view,
        Secret secret,
        SwarmTask task,
        CancellationToken cancellationToken)
    {
        if (options.Secrets is not { } fetcher)
        {
            throw SwarmException.FailedPrecondition("this manager has no secret drivers");
        }

        using var timer = new CancellationTokenSource(options.SecretTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var service = task.ServiceId.IsEmpty ? null : view.Services.Find(task.ServiceId.Value);
        var node = view.Nodes.Find(task.NodeId.Value);
        var fetch = Loops.JoinAsync(fetcher.FetchAsync(secret, task, service, node, either.Token));
        var (value, reusable) = await fetch.WaitAsync(either.Token);
        var fetched = secret with { Spec = secret.Spec with { Data = value } };
        return reusable
            ? fetched
            : fetched with { Id = TaskReferences.CopyFor(secret.Id, task.Id), Internal = true };
    }
}
