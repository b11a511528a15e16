using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>Secrets and configs that the managers sent to this node, and what each task may see of them.</summary>
internal sealed class NodeDependencies(NodeId nodeId)
{
    private readonly ConcurrentDictionary<string, Secret> _secrets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Config> _configs = new(StringComparer.Ordinal);
    private NodeDescription _node = new();

    /// <summary>What the node told of itself last.</summary>
    public NodeDescription Node
    {
        get => Volatile.Read(ref _node);
        set => Volatile.Write(ref _node, value);
    }

    /// <summary>Keeps a copy of a secret, so that it can be overwritten when it is taken back.</summary>
    public void Set(Secret secret)
    {
        if (_secrets.TryGetValue(secret.Key, out var known) && known.Spec == secret.Spec)
        {
            return;
        }

        // Pinned, so that no collection leaves further copies behind.
        var data = GC.AllocateUninitializedArray<byte>(secret.Spec.Data.Count, pinned: true);
        secret.Spec.Data.AsSpan().CopyTo(data);
        _secrets[secret.Key] = secret with { Spec = secret.Spec with { Data = new(data) } };
    }

    public void Set(Config config) => _configs[config.Key] = config;

    public void Remove(Secret secret) => Wipe(secret.Key);

    public void Remove(Config config) => _configs.TryRemove(config.Key, out _);

    public void Clear()
    {
        KeepOnly(FrozenSet<string>.Empty, FrozenSet<string>.Empty);
    }

    /// <summary>Drops everything that is not named.</summary>
    public void KeepOnly(IReadOnlySet<string> secrets, IReadOnlySet<string> configs)
    {
        foreach (var key in _secrets.Keys.Where(key => !secrets.Contains(key)))
        {
            Wipe(key);
        }

        foreach (var key in _configs.Keys.Where(key => !configs.Contains(key)))
        {
            _configs.TryRemove(key, out _);
        }
    }

    // First out of reach, then overwritten: whoever still finds it after copying it has a good copy.
    private void Wipe(string key)
    {
        if (_secrets.TryRemove(key, out var secret))
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(secret.Spec.Data.AsMemory()).Span);
        }
    }

    public ITaskDependencies For(SwarmTask task) => new TaskView(this, nodeId, task);

    private sealed class TaskView : ITaskDependencies
    {
        private readonly NodeDependencies _all;
        private readonly TaskId _taskId;
        private readonly HashSet<SecretId> _secrets;
        private readonly HashSet<ConfigId> _configs;

        public TaskView(NodeDependencies all, NodeId nodeId, SwarmTask task)
        {
            _all = all;
            _taskId = task.Id;
            NodeId = nodeId;
            _secrets = [.. Dispatch.TaskReferences.SecretsOf(task.Spec)];
            _configs = [.. Dispatch.TaskReferences.ConfigsOf(task.Spec)];
        }

        public NodeId NodeId { get; }

        public NodeDescription Node => _all.Node;

        // A driver's secret may come as a copy made for this task alone.
        public Secret? FindSecret(SecretId id) =>
            !_secrets.Contains(id)
                ? null
                : _all._secrets.GetValueOrDefault(Dispatch.TaskReferences.CopyFor(id, _taskId).Value)
                    ?? _all._secrets.GetValueOrDefault(id.Value);

        public Config? FindConfig(ConfigId id) =>
            _configs.Contains(id) ? _all._configs.GetValueOrDefault(id.Value) : null;
    }
}
