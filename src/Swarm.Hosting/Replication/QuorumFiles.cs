using Swarm.Hosting.Wire.Mapping;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Replication;

/// <summary>Secrets, through any manager.</summary>
internal sealed class QuorumSecrets(ISwarmClient local, LeaderAccess leader) : ISecretOperations
{
    public async Task<Secret> CreateAsync(SecretSpec spec, CancellationToken cancellationToken = default)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.CreateSecretResponse
            {
                Secret = (await local.Secrets.CreateAsync(spec, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).CreateSecretAsync(
                new() { Spec = spec.ToWire() },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Secret.ToRecord();
    }

    public Task<Secret> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Secrets.FindAsync(reference, cancellationToken), cancellationToken);

    public IAsyncEnumerable<Secret> ListAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ListAsync(leader, () => local.Secrets.ListAsync(cancellationToken), cancellationToken);

    public async Task<Secret> UpdateAsync(
        SecretId id,
        ObjectVersion version,
        SecretSpec spec,
        CancellationToken cancellationToken = default)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.UpdateSecretResponse
            {
                Secret = (await local.Secrets.UpdateAsync(id, version, spec, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).UpdateSecretAsync(
                new() { SecretId = id.Value, SecretVersion = version.ToWire(), Spec = spec.ToWire() },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Secret.ToRecord();
    }

    public Task<Secret> RotateAsync(SecretId id, ValueList<byte> data, CancellationToken cancellationToken = default) =>
        leader.Connect() is null
            ? local.Secrets.RotateAsync(id, data, cancellationToken)
            : throw OnLeaderOnly.Refuse("rotating a secret");

    public Task RemoveAsync(SecretId id, CancellationToken cancellationToken = default) => leader.CallAsync(
        async () =>
        {
            await local.Secrets.RemoveAsync(id, cancellationToken);
            return new Protos.RemoveSecretResponse();
        },
        channel => new Protos.Control.ControlClient(channel).RemoveSecretAsync(
            new() { SecretId = id.Value },
            cancellationToken: cancellationToken),
        cancellationToken);
}

/// <summary>Configs, through any manager.</summary>
internal sealed class QuorumConfigs(ISwarmClient local, LeaderAccess leader) : IConfigOperations
{
    public async Task<Config> CreateAsync(ConfigSpec spec, CancellationToken cancellationToken = default)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.CreateConfigResponse
            {
                Config = (await local.Configs.CreateAsync(spec, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).CreateConfigAsync(
                new() { Spec = spec.ToWire() },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Config.ToRecord();
    }

    public Task<Config> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Configs.FindAsync(reference, cancellationToken), cancellationToken);

    public IAsyncEnumerable<Config> ListAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ListAsync(leader, () => local.Configs.ListAsync(cancellationToken), cancellationToken);

    public async Task<Config> UpdateAsync(
        ConfigId id,
        ObjectVersion version,
        ConfigSpec spec,
        CancellationToken cancellationToken = default)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.UpdateConfigResponse
            {
                Config = (await local.Configs.UpdateAsync(id, version, spec, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).UpdateConfigAsync(
                new() { ConfigId = id.Value, ConfigVersion = version.ToWire(), Spec = spec.ToWire() },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Config.ToRecord();
    }

    public Task<Config> RotateAsync(ConfigId id, ValueList<byte> data, CancellationToken cancellationToken = default) =>
        leader.Connect() is null
            ? local.Configs.RotateAsync(id, data, cancellationToken)
            : throw OnLeaderOnly.Refuse("rotating a config");

    public Task RemoveAsync(ConfigId id, CancellationToken cancellationToken = default) => leader.CallAsync(
        async () =>
        {
            await local.Configs.RemoveAsync(id, cancellationToken);
            return new Protos.RemoveConfigResponse();
        },
        channel => new Protos.Control.ControlClient(channel).RemoveConfigAsync(
            new() { ConfigId = id.Value },
            cancellationToken: cancellationToken),
        cancellationToken);
}
