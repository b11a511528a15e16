using Swarm.Control;
using Swarm.Identity;
using Swarm.Secrets;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Secrets;

/// <summary>A client over an empty store whose secrets are sealed, in virtual time.</summary>
internal sealed class FileFixture : IDisposable
{
    private readonly Random _random = new(8);

    public FileFixture(params ISecretDriver[] drivers)
    {
        Vault = new SecretVault(SecretStorage.Sealed, new TestKeys(), drivers, _random.NextBytes);
        Store = new ClusterStore(new InProcessProposer(), Simulation.Time);
        Client = new SwarmClient(
            Store,
            new RandomIdGenerator(_random),
            Simulation.Time,
            _random.NextBytes,
            (_, _, _, _) => AsyncEnumerable.Empty<TaskLogLine>(),
            _ => null,
            vault: Vault);
    }

    public Simulation Simulation { get; } = new();

    public SecretVault Vault { get; }

    public ClusterStore Store { get; }

    public SwarmClient Client { get; }

    public static ValueList<byte> Bytes(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text)];

    public static ServiceSpec Service(string name, ContainerSpec container) => new()
    {
        Name = name,
        TaskTemplate = new() { Workload = container with { Image = "web:1" } },
    };

    public static SecretReference Use(Secret secret) =>
        new(secret.Id, secret.Spec.Name, new FileTarget(secret.Spec.Name));

    public static ConfigReference Use(Config config) =>
        new(config.Id, config.Spec.Name, new FileTarget(config.Spec.Name));

    public Task<Secret> CreateSecretAsync(string name, string value = "value") =>
        Client.Secrets.CreateAsync(new SecretSpec { Name = name, Data = Bytes(value) });

    public Task<Config> CreateConfigAsync(string name, string value = "value") =>
        Client.Configs.CreateAsync(new ConfigSpec { Name = name, Data = Bytes(value) });

    public async Task<string> ValueAsync(SecretId id)
    {
        var value = await Vault.OpenAsync(Store.Current.Secrets.Find(id.Value)!, default);
        return System.Text.Encoding.UTF8.GetString(value.AsSpan());
    }

    public ContainerSpec ContainerOf(Service service) =>
        (ContainerSpec)Store.Current.Services.Find(service.Id.Value)!.Spec.TaskTemplate.Workload!;

    public static async Task<SwarmException> FailsAsync(SwarmErrorCode code, string text, Task operation)
    {
        var error = await Assert.ThrowsAsync<SwarmException>(() => operation);
        Assert.Equal(text, error.Message);
        Assert.Equal(code, error.Code);
        return error;
    }

    public void Dispose() => Store.Dispose();

    /// <summary>Turns every byte over; enough to tell wrapped from not.</summary>
    internal sealed class TestKeys : IKeyProvider
    {
        public string KeyId { get; set; } = "k1";

        public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
            new(new WrappedKey(KeyId, Turn(key)));

        public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedKey key, CancellationToken cancellationToken) =>
            new(Turn(key.Ciphertext));

        private static byte[] Turn(ReadOnlyMemory<byte> key) => [.. key.ToArray().Select(value => (byte)~value)];
    }
}
