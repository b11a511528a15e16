namespace Swarm.Testing;

internal sealed class TestSecrets(SwarmTestCluster cluster) : ISecretOperations
{
    public Task<Secret> CreateAsync(SecretSpec spec, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Secrets.CreateAsync(spec, cancellationToken));

    public Task<Secret> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Secrets.FindAsync(reference, cancellationToken));

    public IAsyncEnumerable<Secret> ListAsync(CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Secrets.ListAsync(cancellationToken), cancellationToken);

    public Task<Secret> UpdateAsync(
        SecretId id,
        ObjectVersion version,
        SecretSpec spec,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Secrets.UpdateAsync(id, version, spec, cancellationToken));

    public Task<Secret> RotateAsync(
        SecretId id,
        ValueList<byte> data,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Secrets.RotateAsync(id, data, cancellationToken));

    public Task RemoveAsync(SecretId id, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Secrets.RemoveAsync(id, cancellationToken));
}

internal sealed class TestConfigs(SwarmTestCluster cluster) : IConfigOperations
{
    public Task<Config> CreateAsync(ConfigSpec spec, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Configs.CreateAsync(spec, cancellationToken));

    public Task<Config> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Configs.FindAsync(reference, cancellationToken));

    public IAsyncEnumerable<Config> ListAsync(CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Configs.ListAsync(cancellationToken), cancellationToken);

    public Task<Config> UpdateAsync(
        ConfigId id,
        ObjectVersion version,
        ConfigSpec spec,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Configs.UpdateAsync(id, version, spec, cancellationToken));

    public Task<Config> RotateAsync(
        ConfigId id,
        ValueList<byte> data,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Configs.RotateAsync(id, data, cancellationToken));

    public Task RemoveAsync(ConfigId id, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Configs.RemoveAsync(id, cancellationToken));
}

internal sealed class TestNetworks(SwarmTestCluster cluster) : INetworkOperations
{
    public Task<Network> CreateAsync(NetworkSpec spec, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Networks.CreateAsync(spec, cancellationToken));

    public Task<Network> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Networks.FindAsync(reference, cancellationToken));

    public IAsyncEnumerable<Network> ListAsync(CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Networks.ListAsync(cancellationToken), cancellationToken);

    public Task RemoveAsync(NetworkId id, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Networks.RemoveAsync(id, cancellationToken));
}

internal sealed class TestClusterOperations(SwarmTestCluster cluster) : IClusterOperations
{
    public Task<Cluster> GetAsync(CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Cluster.GetAsync(cancellationToken));

    public Task<Cluster> UpdateAsync(
        ObjectVersion version,
        ClusterSpec spec,
        TokenRotation rotate = TokenRotation.None,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Cluster.UpdateAsync(version, spec, rotate, cancellationToken));

    public Task<string> GetUnlockKeyAsync(CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Cluster.GetUnlockKeyAsync(cancellationToken));

    public Task<RootRotationStatus> GetRootRotationAsync(CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Cluster.GetRootRotationAsync(cancellationToken));

    public Task<string> CreateJoinTokenAsync(JoinTokenGrant grant, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Cluster.CreateJoinTokenAsync(grant, cancellationToken));

    public Task RemoveJoinTokenAsync(string name, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Cluster.RemoveJoinTokenAsync(name, cancellationToken));

    public Task<ValueList<JoinTokenGrant>> ListJoinTokensAsync(CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Cluster.ListJoinTokensAsync(cancellationToken));
}
