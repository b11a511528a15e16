using Microsoft.Extensions.DependencyInjection;
using Swarm.Hosting.DockerApi;
using Swarm.Secrets;

namespace Swarm.Hosting.Tests.DependencyInjection;

public class SecretSetupTests
{
    [Fact]
    public async Task Secrets_are_sealed_by_default_with_keys_in_the_data_directory()
    {
        var directory = Directory.CreateTempSubdirectory("swarm-setup-");
        await using var services = Build(options => options.DataDirectory = directory.FullName, _ => { });

        await services.GetRequiredService<SecretVault>().SealAsync(new("s1"), [1], default);

        Assert.Equal(["secret-keys"], directory.GetFiles().Select(file => file.Name));
        Assert.Equal(["name=swarm-secrets-sealed"], services.GetRequiredService<DockerApiOptions>().SecurityOptions);
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Plain_storage_is_shown()
    {
        await using var services = Build(options => options.SecretStorage = SecretStorage.Plain, _ => { });

        Assert.Equal(["name=swarm-secrets-plain"], services.GetRequiredService<DockerApiOptions>().SecurityOptions);
    }

    [Fact]
    public async Task A_host_brings_its_own_key_provider_and_secret_drivers()
    {
        await using var services = Build(_ => { }, builder => builder
            .UseKeyProvider<OwnKeys>()
            .AddSecretDriver<OwnDriver>());

        var vault = services.GetRequiredService<SecretVault>();

        Assert.IsType<OwnKeys>(services.GetRequiredService<IKeyProvider>());
        Assert.IsType<OwnDriver>(vault.FindDriver("own"));
        Assert.Null(vault.FindDriver("other"));
        Assert.Null(vault.LocalKeys);
    }

    private static ServiceProvider Build(Action<SwarmManagerOptions> configure, Action<ISwarmBuilder> build)
    {
        var services = new ServiceCollection();
        build(services.AddSwarmManager(configure));
        return services.BuildServiceProvider();
    }

    private sealed class OwnKeys : IKeyProvider
    {
        public string KeyId => "own";

        public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedKey key, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class OwnDriver : ISecretDriver
    {
        public string Name => "own";

        public ValueTask<DriverSecret> GetAsync(SecretRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
