namespace Swarm.Compose.Deployment;

/// <summary>Fills in the ids of secrets and configs once the manager has given them.</summary>
internal static class ReferenceIds
{
    public static ServiceSpec Bind(
        ServiceSpec spec, Dictionary<string, SecretId> secrets, Dictionary<string, ConfigId> configs)
    {
        var container = (ContainerSpec)spec.TaskTemplate.Workload!;
        return spec with
        {
            TaskTemplate = spec.TaskTemplate with
            {
                Workload = container with
                {
                    Secrets = container.Secrets
                        .Select(secret => secret with { SecretId = secrets[secret.SecretName] })
                        .ToValueList(),
                    Configs = container.Configs
                        .Select(config => config with { ConfigId = configs[config.ConfigName] })
                        .ToValueList(),
                    Privileges = Credentials(container, configs),
                },
            },
        };
    }

    // A credential spec from a config is named by the config's id.
    private static Privileges? Credentials(ContainerSpec container, Dictionary<string, ConfigId> configs)
    {
        var runtime = container.Configs.FirstOrDefault(config => config.Runtime);
        return container.Privileges is { CredentialSpec: { } spec } privileges && runtime is not null
            ? privileges with { CredentialSpec = spec with { Config = configs[runtime.ConfigName].Value } }
            : container.Privileges;
    }
}
