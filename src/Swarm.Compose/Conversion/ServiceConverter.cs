using Swarm.Compose.Shapes;
using Swarm.Compose.Values;

namespace Swarm.Compose.Conversion;

/// <summary>Turns a service into what a manager is to store.</summary>
internal sealed class ServiceConverter(StackConverter stack)
{
    private readonly MountConverter _mounts = new(stack.Model, stack.Scope);

    /// <param name="name">Key of the service.</param>
    /// <param name="service">The service.</param>
    /// <param name="secrets">Its secrets, with ids.</param>
    /// <param name="configs">Its configs, with ids.</param>
    /// <exception cref="StackFileException">Something in it is not possible; the message is Docker's.</exception>
    public ServiceDocument Convert(
        string name,
        StackRecord service,
        List<SecretReferenceDocument> secrets,
        List<ConfigReferenceDocument> configs)
    {
        var deploy = service.Child("deploy");
        var mode = OfMode(deploy);
        var mounts = service.Records("volumes").Select(_mounts.Convert).ToList();
        var resources = ResourceConverter.Convert(deploy.Child("resources"));
        var restart = RestartConverter.Convert(service, deploy.OptionalChild("restart_policy"));
        var health = OfHealth(service.OptionalChild("healthcheck"));
        var networks = OfNetworks(name, service);
        var labels = stack.Scope.Mark(deploy.Map("labels"));
        labels[StackNamespace.ImageLabel] = service.Text("image");
        return new()
        {
            Name = stack.Scope.Scope(name),
            Labels = labels,
            Mode = mode,
            TaskTemplate = new()
            {
                ContainerSpec = OfContainer(service) with
                {
                    Mounts = mounts,
                    Healthcheck = health,
                    Secrets = secrets,
                    Configs = configs,
                    Privileges = new(OfCredentials(service, configs)),
                },
                Resources = resources,
                RestartPolicy = restart,
                Placement = OfPlacement(deploy.Child("placement")),
                Networks = networks,
                LogDriver = service.OptionalChild("logging") is { } logging
                    ? new(logging.Text("driver"), StackNamespace.Plain(logging.Map("options")))
                    : null,
            },
            UpdateConfig = OfRollout(deploy.OptionalChild("update_config")),
            RollbackConfig = OfRollout(deploy.OptionalChild("rollback_config")),
            EndpointSpec = OfEndpoint(service, deploy),
        };
    }

    private ContainerDocument OfContainer(StackRecord service)
    {
        var (add, drop) = Capabilities.Effective(service.Texts("cap_add") ?? [], service.Texts("cap_drop") ?? []);
        return new()
        {
            Image = service.Text("image"),
            Labels = stack.Scope.Mark(service.Map("labels")),
            Command = service.Texts("entrypoint"),
            Args = service.Texts("command"),
            Hostname = service.Text("hostname"),
            Hosts = OfHosts(service),
            Dns = service.Texts("dns") is null && service.Texts("dns_search") is null
                ? null
                : new(service.Texts("dns"), service.Texts("dns_search")),
            Env = OfEnvironment(service.Map("environment")),
            Dir = service.Text("working_dir"),
            User = service.Text("user"),
            StopGracePeriod = service.Duration("stop_grace_period"),
            StopSignal = service.Text("stop_signal"),
            Tty = service.Flag("tty"),
            OpenStdin = service.Flag("stdin_open"),
            ReadOnly = service.Flag("read_only"),
            Privileges = new(null),
            Isolation = service.Text("isolation"),
            Init = (bool?)service["init"],
            Sysctls = StackNamespace.Plain(service.Map("sysctls")),
            CapabilityAdd = add,
            CapabilityDrop = drop,
            Ulimits = OfUlimits(service.Map("ulimits")),
        };
    }

    private static ModeDocument OfMode(StackRecord deploy)
    {
        var replicas = deploy.Unsigned("replicas");
        return deploy.Text("mode") switch
        {
            "" or "replicated" => new() { Replicated = new(replicas) },
            "replicated-job" => new() { ReplicatedJob = new(replicas, replicas) },
            "global" or "global-job" when replicas is not null => throw new StackFileException(
                "replicas can only be used with replicated or replicated-job mode", deploy.MarkOf("replicas")),
            "global" => new() { Global = new() },
            "global-job" => new() { GlobalJob = new() },
            var unknown => throw new StackFileException($"Unknown mode: {unknown}", deploy.MarkOf("mode")),
        };
    }

    private static EndpointDocument OfEndpoint(StackRecord service, StackRecord deploy) => new(
        deploy.Text("endpoint_mode") is { Length: > 0 } mode ? mode.ToLowerInvariant() : null,
        [.. service.Records("ports")
            .Select(port => new PortDocument(
                port.Text("protocol"), (ulong)port["target"]!, (ulong)port["published"]!, port.Text("mode")))
            .OrderBy(port => port.PublishedPort)]);

    private static HealthDocument? OfHealth(StackRecord? health)
    {
        if (health is null)
        {
            return null;
        }

        var test = health.Texts("test");
        if (health.Flag("disable"))
        {
            return test is { Count: > 0 }
                ? throw new StackFileException(
                    "test and disable can't be set at the same time", health.MarkOf("disable"))
                : new(["NONE"]);
        }

        return new(
            test,
            health.Duration("timeout") ?? 0,
            health.Duration("interval") ?? 0,
            health.Unsigned("retries") ?? 0,
            health.Duration("start_period") ?? 0,
            health.Duration("start_interval") ?? 0);
    }

    private List<AttachmentDocument> OfNetworks(string name, StackRecord service)
    {
        var networks = service.Map("networks");
        var names = networks is { Count: > 0 } ? networks.Keys : (IEnumerable<string>)[StackConverter.DefaultNetwork];
        return [.. names.Select(network =>
            OfNetwork(name, network, service, networks?.GetValueOrDefault(network) as StackRecord))
            .OrderBy(attachment => attachment.Target, StringComparer.Ordinal)];
    }

    private AttachmentDocument OfNetwork(string name, string network, StackRecord service, StackRecord? own)
    {
        var declared = stack.Model.Networks.GetValueOrDefault(network);
        if (declared is null && network != StackConverter.DefaultNetwork)
        {
            throw new StackFileException($"undefined network {GoText.Quote(network)}", service.MarkOf("networks"));
        }

        var target = declared?.Text("name") is { Length: > 0 } given ? given : stack.Scope.Scope(network);
        var aliases = own?.Texts("aliases") ?? [];
        if (NetworkNames.IsUserDefined(target))
        {
            aliases.Add(name);
        }

        return new(target, aliases, StackNamespace.Plain(own?.Map("driver_opts")));
    }

    private CredentialDocument? OfCredentials(StackRecord service, List<ConfigReferenceDocument> configs)
    {
        var spec = service.Child("credential_spec");
        var (config, file, registry) = (spec.Text("config"), spec.Text("file"), spec.Text("registry"));
        var given = new (string Name, string Value)[] { ("Config", config), ("File", file), ("Registry", registry) }
            .Where(entry => entry.Value.Length > 0)
            .Select(entry => $"\"{entry.Name}\"")
            .ToList();
        if (given.Count > 1)
        {
            var all = string.Join(", ", given.SkipLast(1)) + (given.Count > 2 ? "," : "") + $" and {given[^1]}";
            throw new StackFileException($"invalid credential spec: cannot specify both {all}", spec.Mark);
        }

        if (config.Length == 0)
        {
            return given.Count == 0 ? null : new("", file, registry);
        }

        var reference = configs.Find(entry => entry.ConfigName == config)
            ?? configs.Find(entry => entry.ConfigName == stack.Scope.Scope(config))
            ?? throw new StackFileException(
                $"invalid credential spec: spec specifies config {config}, but no such config can be found", spec.Mark);
        return new(reference.ConfigId, "", "");
    }

    private static List<string> OfHosts(StackRecord service) =>
        [.. (service.Texts("extra_hosts") ?? []).Select(entry =>
        {
            var split = entry.IndexOf(':', StringComparison.Ordinal);
            return $"{entry[(split + 1)..]} {entry[..split]}";
        })];

    private static List<string> OfEnvironment(StackMap? environment) =>
        [.. (environment ?? []).Select(variable =>
            variable.Value is null ? variable.Key : $"{variable.Key}={variable.Value}")
            .Order(StringComparer.Ordinal)];

    private static List<UlimitDocument> OfUlimits(StackMap? ulimits) =>
        [.. (ulimits ?? []).Where(entry => entry.Value is not null).Select(entry =>
        {
            var limit = (StackRecord)entry.Value!;
            var single = limit.Integer("single");
            return single != 0
                ? new UlimitDocument(entry.Key, single, single)
                : new(entry.Key, limit.Integer("soft"), limit.Integer("hard"));
        }).OrderBy(limit => limit.Name, StringComparer.Ordinal)];

    private static RolloutDocument? OfRollout(StackRecord? rollout) => rollout is null ? null : new(
        rollout.Unsigned("parallelism") ?? 1,
        rollout.Integer("delay"),
        rollout.Text("failure_action"),
        rollout.Integer("monitor"),
        (float)rollout["max_failure_ratio"]!,
        rollout.Text("order"));

    private static PlacementDocument OfPlacement(StackRecord placement) => new(
        placement.Texts("constraints") ?? [],
        [.. placement.Records("preferences").Select(preference => new PreferenceDocument(new(preference.Text("spread"))))],
        (ulong)placement["max_replicas_per_node"]!);
}
