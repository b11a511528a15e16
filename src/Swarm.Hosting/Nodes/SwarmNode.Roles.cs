using Microsoft.Extensions.Logging;
using Swarm.Raft.Storage;

namespace Swarm.Hosting.Nodes;

/// <summary>Promotion and demotion: the node's certificate says what it is, and the membership follows.</summary>
internal sealed partial class SwarmNode
{
    private static readonly TimeSpan RoleRetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>How long a member that was taken out waits for a worker's certificate.</summary>
    private static readonly TimeSpan DemotionPatience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();

    private void FollowRole(MemberAgent member)
    {
        member.Remember(ConfiguredAddresses.Of(_options));
        member.Identity.Changed += (_, _) =>
        {
            if (!IsSettled(member))
            {
                _ = Detached.RunAsync(() => SettleRoleAsync(member));
            }
        };
    }

    private bool IsSettled(MemberAgent member) => _current switch
    {
        WorkerMembership worker when worker.Member == member => member.Identity.Value.Role == NodeRole.Worker,
        ManagerMembership manager when manager.Runtime.Member == member =>
            member.Identity.Value.Role == NodeRole.Manager,

        // The node has left meanwhile.
        _ => true,
    };

    private async Task SettleRoleAsync(MemberAgent member)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await _membership.WaitAsync(CancellationToken.None);
            try
            {
                if (IsSettled(member))
                {
                    return;
                }

                _current = await ChangeRoleAsync(member);
            }
            catch (Exception exception) when (exception is SwarmException or RaftStorageException or IOException)
            {
                LogRoleNotChanged(exception, member.NodeId, member.Identity.Value.Role);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            finally
            {
                _membership.Release();
            }

            if (!IsSettled(member))
            {
                await Dispatch.Loops.IgnoreAsync(Task.Delay(RoleRetryDelay, _setup.Time, _stopping.Token));
            }
        }
    }

    private ManagerMembership Manage(ManagerRuntime runtime)
    {
        var manager = new ManagerMembership(runtime, _events);
        _ = Detached.RunAsync(() => FollowRemovalAsync(manager));
        return manager;
    }

    // Demoted and promoted again before its certificate said so, a manager is left without a place in the quorum. It
    // takes a new one, as after any promotion.
    private async Task FollowRemovalAsync(ManagerMembership manager)
    {
        var member = manager.Runtime.Member;
        try
        {
            await manager.Runtime.Removed.Task.WaitAsync(_stopping.Token);
            await Task.Delay(DemotionPatience, _setup.Time, _stopping.Token);
            await _membership.WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            if (_current != manager)
            {
                return;
            }

            LogTakenOut(member.NodeId);
            _current = await StepBackAsync(manager);
        }
        finally
        {
            _membership.Release();
        }

        await SettleRoleAsync(member);
    }

    private async Task<IMembership> ChangeRoleAsync(MemberAgent member)
    {
        if (_current is ManagerMembership manager)
        {
            return await StepBackAsync(manager);
        }

        var runtime = await ManagerRuntime.JoinAsync(_setup, _directory, member, _stopping.Token);
        return Manage(runtime);
    }

    private async Task<WorkerMembership> StepBackAsync(ManagerMembership manager)
    {
        var member = await manager.ResignAsync();
        ForgetLog(member);
        return new WorkerMembership(member);
    }

    [LoggerMessage(4028, LogLevel.Warning, "Node {NodeId} was taken out of the quorum and joins it anew")]
    private partial void LogTakenOut(NodeId nodeId);

    [LoggerMessage(4023, LogLevel.Warning, "Node {NodeId} could not take up its role {Role} yet")]
    private partial void LogRoleNotChanged(Exception exception, NodeId nodeId, NodeRole role);
}
