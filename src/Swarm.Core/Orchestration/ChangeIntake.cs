using Swarm.Orchestration.Restart;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>Sorts committed changes into pending work; the cost of one does not depend on the cluster.</summary>
internal static class ChangeIntake
{
    public static void Collect(CommittedTransaction transaction, OrchestratorState state)
    {
        foreach (var change in transaction.Changes)
        {
            var removed = change.Change == ChangeKind.Removed;
            switch (change.Current)
            {
                case SwarmTask task when removed:
                    OnTaskRemoved(task, transaction.View, state);
                    break;
                case SwarmTask task:
                    OnTask(task, transaction.View, state);
                    break;
                case Service service when removed:
                    state.Pending.Services.Remove(service.Id);
                    state.Pending.RemovedServices.Add(service.Id);
                    break;
                case Service service:
                    OnService(service, (Service?)change.Previous, state);
                    break;
                case Node node when removed:
                    OnNodeRemoved(node, transaction.View, state);
                    break;
                case Node node when IsRelevant(node, (Node?)change.Previous):
                    OnNode(node, transaction.View, state);
                    if (NodeEligibility.IsOpen(node))
                    {
                        state.Pending.Uneven.UnionWith(state.Rebalance.Services);
                    }

                    break;
            }
        }
    }

    /// <summary>Takes note of a service that is new or asks for something new.</summary>
    public static void OnService(Service service, Service? previous, OrchestratorState state)
    {
        if (service.Spec.Mode is GlobalMode or GlobalJobMode)
        {
            state.GlobalServices.Add(service.Id);
        }

        if (service.Spec.Mode is ReplicatedMode && ServicePolicies.Of(service).Moves > 0)
        {
            state.Rebalance.Services.Add(service.Id);
            state.Rebalance.Unsettled.Add(service.Id);
            state.Pending.Uneven.Add(service.Id);
        }
        else if (state.Rebalance.Services.Contains(service.Id))
        {
            state.Rebalance.Services.Remove(service.Id);
        }

        if (previous is null
            || previous.SpecVersion != service.SpecVersion
            || previous.Spec != service.Spec
            || previous.JobStatus != service.JobStatus
            || IsNewRequest(service.RolloutStatus?.State, previous.RolloutStatus?.State))
        {
            state.Pending.Services.Add(service.Id);
        }
    }

    // Our own reports on a rollout ask for nothing.
    private static bool IsNewRequest(RolloutState? status, RolloutState? previous) =>
        status != previous && status is null or RolloutState.RollbackStarted;

    private static void OnTask(SwarmTask task, ClusterView view, OrchestratorState state)
    {
        if (task.ServiceId.IsEmpty)
        {
            return;
        }

        if (RestartSupervisor.IsCandidate(task, view))
        {
            state.Pending.Tasks.Add(task.Id);
        }

        if (task.Status.State > TaskState.Running || task.DesiredState > TaskState.Running)
        {
            state.Restarts.Starts.OnStopped(task.Id);
        }

        if (task is { JobIteration: not null, Status.State: > TaskState.Running }
            && state.Jobs.ContainsKey(task.ServiceId))
        {
            state.Pending.TouchJob(task.ServiceId, task.Slot);
        }

        if (state.Rollouts.ContainsKey(task.ServiceId))
        {
            state.Pending.Touch(task.ServiceId, task.Id);
        }

        if (state.Rebalance.Moves.ContainsKey(task.ServiceId)
            || (task.Status.State == TaskState.Running && state.Rebalance.Unsettled.Contains(task.ServiceId)))
        {
            state.Pending.Uneven.Add(task.ServiceId);
        }
    }

    private static void OnTaskRemoved(SwarmTask task, ClusterView view, OrchestratorState state)
    {
        state.Restarts.Starts.Cancel(task.Id);
        state.Restarts.Starts.OnStopped(task.Id);
        if (task.ServiceId.IsEmpty
            || view.Services.Find(task.ServiceId.Value) is not { } service)
        {
            return;
        }

        if (state.Rollouts.ContainsKey(service.Id))
        {
            state.Pending.Touch(service.Id, task.Id);
        }

        if (state.Jobs.ContainsKey(service.Id))
        {
            state.Pending.TouchJob(service.Id, task.Slot);
            return;
        }

        if (!TaskGoal.IsWanted(task))
        {
            return;
        }

        if (service.Spec.Mode is GlobalMode or GlobalJobMode)
        {
            state.Pending.Slots.Add(SlotKey.OnNode(service.Id, task.NodeId));
        }
        else
        {
            state.Pending.Services.Add(service.Id);
        }
    }

    private static bool IsRelevant(Node node, Node? previous) =>
        previous is null
        || node.Status != previous.Status
        || node.Spec != previous.Spec
        || node.Role != previous.Role
        || node.Description != previous.Description;

    private static void OnNode(Node node, ClusterView view, OrchestratorState state)
    {
        state.Pending.Nodes.Add(node.Id);
        if (NodeEligibility.IsLost(node))
        {
            OnNodeLost(node.Id, view, state);
        }

        if (node.Status.State != NodeState.Down)
        {
            state.Disconnects.Forget(node.Id);
        }
    }

    private static void OnNodeRemoved(Node node, ClusterView view, OrchestratorState state)
    {
        state.Pending.Nodes.Remove(node.Id);
        state.Pending.RemovedNodes.Add(node.Id);
        state.Disconnects.Forget(node.Id);
        OnNodeLost(node.Id, view, state);
    }

    private static void OnNodeLost(NodeId node, ClusterView view, OrchestratorState state)
    {
        state.Restarts.Starts.OnNodeLost(node, view);
        foreach (var task in view.Tasks.OnNode(node))
        {
            if (task.DesiredState <= TaskState.Running && !task.ServiceId.IsEmpty)
            {
                state.Pending.Tasks.Add(task.Id);
            }
        }
    }
}
