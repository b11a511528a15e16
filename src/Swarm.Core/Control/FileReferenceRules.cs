namespace Swarm.Control;

/// <summary>The rules for the secrets and configs that a container gets as files.</summary>
internal static class FileReferenceRules
{
    public static void CheckSecrets(ContainerSpec container)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var secret in container.Secrets)
        {
            CheckNamed("secret", secret.SecretId.ToString(), secret.SecretName);
            CheckTarget("secret", secret.SecretName, secret.Target, targets);
        }
    }

    public static void CheckConfigs(ContainerSpec container)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        var forRuntime = new HashSet<string>(StringComparer.Ordinal);
        foreach (var config in container.Configs)
        {
            CheckNamed("config", config.ConfigId.ToString(), config.ConfigName);
            if (config is { Runtime: true, Target: null })
            {
                forRuntime.Add(config.ConfigId.Value);
                continue;
            }

            CheckTarget("config", config.ConfigName, config.Target, targets);
        }

        var credentials = container.Privileges?.CredentialSpec?.Config ?? "";
        Rule.Require(
            credentials.Length == 0 || forRuntime.Contains(credentials),
            $"CredentialSpec references config '{credentials}', "
            + "but that config isn't in config references with RuntimeTarget");
    }

    private static void CheckNamed(string kind, string id, string name) =>
        Rule.Require(id.Length > 0 && !string.IsNullOrEmpty(name), $"malformed {kind} reference");

    private static void CheckTarget(string kind, string name, FileTarget? target, Dictionary<string, string> targets)
    {
        Rule.Require(target is not null, $"malformed {kind} reference, no target provided");
        Rule.Require(
            !string.IsNullOrEmpty(target.Name) && !target.Name.Split('/').Contains(".."),
            $"malformed file {kind} reference, invalid target file name provided");
        Rule.Require(
            targets.TryAdd(target.Name, name),
            $"{kind} references '{targets.GetValueOrDefault(target.Name)}' and '{name}' "
            + $"have a conflicting target: '{target.Name}'");
    }
}
