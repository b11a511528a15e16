using Microsoft.Extensions.Logging;
using Swarm.Orchestration;
using Swarm.Storage;
using Swarm.Timing;

namespace Swarm.Certificates.Rotation;

/// <summary>
/// Carries a rotation of the root through: asks nodes for renewals at a steady pace and puts the new root in force when
/// all have moved. Everything it knows is in the store, so the next leader goes on where this one stopped.
/// </summary>
internal sealed partial class RootRotationLoop(
    ClusterStore store,
    RandomBytes random,
    TimeProvider time,
    ILogger<RootRotationLoop> logger)
{
    /// <summary>Time between steps (SwarmKit's number).</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    private readonly ILogger _logger = logger;
    private ValueList<string> _told;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
            {
                LogStartingOver(exception);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var feed = store.Watch();
        var changes = new TimedFeed(feed, time);
        while (true)
        {
            var rotation = store.Current.Cluster?.RootCa.Rotation;
            if (rotation is not null && !await StepAsync(rotation, cancellationToken))
            {
                rotation = null;
            }

            await WaitAsync(feed, changes, rotation, cancellationToken);
        }
    }

    // Until the next step is due; at once when there is another rotation than before.
    private async Task WaitAsync(
        ChangeSubscription feed,
        TimedFeed changes,
        RootRotation? rotation,
        CancellationToken cancellationToken)
    {
        var due = new Deadline(time, Pace);
        while (true)
        {
            var left = due.Left;
            if (rotation is not null && left <= TimeSpan.Zero)
            {
                return;
            }

            if (await changes.WaitAsync(rotation is null ? null : left, cancellationToken))
            {
                while (feed.TryRead(out _))
                {
                }
            }

            if (store.Current.Cluster?.RootCa.Rotation?.Certificate is { } now && now != rotation?.Certificate)
            {
                return;
            }
        }
    }

    // False when there is nothing left to do for this rotation.
    private async Task<bool> StepAsync(RootRotation rotation, CancellationToken cancellationToken)
    {
        var view = store.Current;
        if (view.Cluster is not { } cluster || cluster.RootCa.Rotation != rotation)
        {
            return true;
        }

        var step = RootRotationStep.Next(cluster.RootCa, view.Nodes);
        if (step.IsDone)
        {
            var finished = await store.UpdateAsync(
                transaction => RootRotationStep.Finish(transaction, rotation, random),
                cancellationToken);
            if (finished)
            {
                LogFinished();
            }

            return !finished;
        }

        TellOfUnreachable(cluster, view.Nodes);
        await store.BatchAsync(step.ToAsk, RootRotationStep.Ask, cancellationToken);
        return true;
    }

    private void TellOfUnreachable(Cluster cluster, IEnumerable<Node> nodes)
    {
        var unreachable = RootRotationStatus.Of(cluster, nodes).Nodes
            .Where(node => node.State == NodeRotationState.Unreachable)
            .Select(node => node.Hostname.Length > 0 ? $"{node.NodeId} ({node.Hostname})" : node.NodeId.Value)
            .ToValueList();
        if (!unreachable.IsEmpty && unreachable != _told)
        {
            LogUnreachable(string.Join(", ", unreachable.AsSpan().ToArray()));
        }

        _told = unreachable;
    }

    [LoggerMessage(1710, LogLevel.Information, "The rotation of the root certificate is complete")]
    private partial void LogFinished();

    [LoggerMessage(
        1711,
        LogLevel.Warning,
        "The rotation of the root certificate waits for nodes that are down: {Nodes}. Start them, or remove them with "
        + "\"docker node rm\"")]
    private partial void LogUnreachable(string nodes);

    [LoggerMessage(1712, LogLevel.Warning, "The root rotation fell behind the changes and starts over from a snapshot")]
    private partial void LogStartingOver(Exception exception);
}
