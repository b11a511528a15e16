using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>What a node should hear of in its session: changes of itself, and of the managers.</summary>
internal sealed class SessionNews(
    AgentSession session,
    NodePresences presences,
    ChangeSubscription changes,
    CancellationToken ended)
{
    private Task<bool>? _changed;
    private Task? _nudged;

    /// <summary>Waits for news; the node as it is then, or null when the session has ended.</summary>
    public async Task<Node?> NextAsync(Node node)
    {
        _changed ??= Loops.JoinAsync(changes.WaitAsync(ended));
        _nudged ??= session.Nudge.WaitAsync(ended);
        await Task.WhenAny(_changed, _nudged);
        if (ended.IsCancellationRequested)
        {
            return null;
        }

        if (_nudged.IsCompleted)
        {
            _nudged = null;
        }

        if (_changed.IsCompleted)
        {
            await _changed;
            _changed = null;
            return Drain(node);
        }

        return node;
    }

    private Node? Drain(Node node)
    {
        while (changes.TryRead(out var transaction))
        {
            foreach (var change in transaction.Changes)
            {
                if (change is { Change: ChangeKind.Removed, Current: Node })
                {
                    presences.Forget(session.NodeId);
                    return null;
                }

                node = change.Current as Node ?? node;
            }
        }

        return node;
    }
}
