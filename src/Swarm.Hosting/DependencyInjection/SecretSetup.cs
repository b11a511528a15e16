using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Swarm.Secrets;

namespace Swarm.Hosting.DependencyInjection;

/// <summary>Makes what a manager keeps secrets with.</summary>
internal static class SecretSetup
{
    private const string KeyFile = "secret-keys";

    /// <summary>Keys in a file beside the rest of the manager's state.</summary>
    public static IKeyProvider CreateKeys(IServiceProvider services) => new LocalKeyProvider(
        Path.Combine(services.GetRequiredService<IOptions<SwarmManagerOptions>>().Value.DataDirectory, KeyFile));

    public static SecretVault CreateVault(IServiceProvider services) => new(
        services.GetRequiredService<IOptions<SwarmManagerOptions>>().Value.SecretStorage,
        services.GetRequiredService<IKeyProvider>(),
        services.GetServices<ISecretDriver>(),
        RandomNumberGenerator.Fill);

    /// <summary>The vault as an entry of the security options in <c>docker info</c>.</summary>
    public static string Describe(SecretVault vault) => vault.Storage == SecretStorage.Sealed
        ? "name=swarm-secrets-sealed"
        : "name=swarm-secrets-plain";
}
