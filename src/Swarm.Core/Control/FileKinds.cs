using Swarm.Storage;

namespace Swarm.Control;

/// <summary>The two kinds of files.</summary>
internal static class FileKinds
{
    public static FileKind<Secret> Secret { get; } = new SecretKind();

    public static FileKind<Config> Config { get; } = new ConfigKind();

    private sealed class SecretKind : FileKind<Secret>
    {
        public override string Word => "secret";

        public override int SizeLimit => 500 * 1024;

        public override ObjectTable<Secret> In(ClusterView view) => view.Secrets;

        public override ObjectTable<Secret>.Builder In(StoreTransaction transaction) => transaction.Secrets;

        public override string NameOf(Secret item) => item.Spec.Name;

        public override ValueDictionary<string> LabelsOf(Secret item) => item.Spec.Labels;

        public override Secret With(Secret item, string name, ValueDictionary<string> labels) =>
            item with { Spec = item.Spec with { Name = name, Labels = labels } };

        public override IEnumerable<(string Id, string Name)> UsedBy(ContainerSpec container) =>
            container.Secrets.Select(use => (use.SecretId.ToString(), use.SecretName));

        public override ContainerSpec Replace(
            ContainerSpec container,
            Func<string, string, bool> chosen,
            Secret other) => container with
            {
                Secrets = container.Secrets
                    .Select(use => chosen(use.SecretId.ToString(), use.SecretName)
                        ? use with { SecretId = other.Id, SecretName = other.Spec.Name }
                        : use)
                    .ToValueList(),
            };

        public override IEnumerable<SwarmTask> TasksUsing(ClusterView view, string id) =>
            view.Tasks.UsingSecret(new SecretId(id));
    }

    private sealed class ConfigKind : FileKind<Config>
    {
        public override string Word => "config";

        public override int SizeLimit => 1000 * 1024;

        public override ObjectTable<Config> In(ClusterView view) => view.Configs;

        public override ObjectTable<Config>.Builder In(StoreTransaction transaction) => transaction.Configs;

        public override string NameOf(Config item) => item.Spec.Name;

        public override ValueDictionary<string> LabelsOf(Config item) => item.Spec.Labels;

        public override Config With(Config item, string name, ValueDictionary<string> labels) =>
            item with { Spec = item.Spec with { Name = name, Labels = labels } };

        public override IEnumerable<(string Id, string Name)> UsedBy(ContainerSpec container) =>
            container.Configs.Select(use => (use.ConfigId.ToString(), use.ConfigName));

        // A credential spec names its config by id only, beside the list.
        public override ContainerSpec Replace(
            ContainerSpec container,
            Func<string, string, bool> chosen,
            Config other)
        {
            var replaced = container.Configs
                .Where(use => chosen(use.ConfigId.ToString(), use.ConfigName))
                .Select(use => use.ConfigId.Value)
                .ToHashSet(StringComparer.Ordinal);
            var credentials = container.Privileges?.CredentialSpec;
            return container with
            {
                Configs = container.Configs
                    .Select(use => chosen(use.ConfigId.ToString(), use.ConfigName)
                        ? use with { ConfigId = other.Id, ConfigName = other.Spec.Name }
                        : use)
                    .ToValueList(),
                Privileges = credentials is not null && replaced.Contains(credentials.Config)
                    ? container.Privileges! with { CredentialSpec = credentials with { Config = other.Id.Value } }
                    : container.Privileges,
            };
        }

        public override IEnumerable<SwarmTask> TasksUsing(ClusterView view, string id) =>
            view.Tasks.UsingConfig(new ConfigId(id));
    }
}
