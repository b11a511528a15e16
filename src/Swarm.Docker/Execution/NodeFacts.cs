using Swarm.Docker.Engine;

namespace Swarm.Docker.Execution;

/// <summary>What a node with an engine tells of itself. Pure.</summary>
internal static class NodeFacts
{
    private const long NanoCpusPerCpu = 1_000_000_000;

    internal static NodeDescription Describe(EngineInfoDocument info, DockerExecutorOptions options) => new()
    {
        Hostname = options.Hostname.Length > 0 ? options.Hostname : info.Name,
        Platform = new(info.Architecture, info.OperatingSystem),
        Resources = new()
        {
            NanoCpus = info.Cpus * NanoCpusPerCpu,
            MemoryBytes = info.MemTotal,
            Generic = (info.GenericResources ?? []).Select(Read).OfType<GenericResource>().ToValueList(),
        },
        Engine = new()
        {
            Version = info.ServerVersion,
            Labels = LabelsOf(info, options.EngineLabels),
            Plugins = PluginsOf(info.Plugins),
        },
    };

    private static GenericResource? Read(GenericResourceDocument resource) => resource switch
    {
        { NamedResourceSpec: { } named } => new NamedResource(named.Kind, named.Value),
        { DiscreteResourceSpec: { } discrete } => new DiscreteResource(discrete.Kind, discrete.Value),
        _ => null,
    };

    // The node's own labels win over those of its engine.
    private static ValueDictionary<string> LabelsOf(EngineInfoDocument info, ValueDictionary<string> own)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in info.Labels ?? [])
        {
            var end = label.IndexOf('=', StringComparison.Ordinal);
            labels[end < 0 ? label : label[..end]] = end < 0 ? "" : label[(end + 1)..];
        }

        foreach (var (key, value) in own)
        {
            labels[key] = value;
        }

        return labels.ToValueDictionary();
    }

    private static ValueList<EnginePlugin> PluginsOf(EnginePluginsDocument? plugins)
    {
        (string Type, string[]? Names)[] all =
        [
            ("Authorization", plugins?.Authorization),
            ("Log", plugins?.Log),
            ("Network", plugins?.Network),
            ("Volume", plugins?.Volume),
        ];
        return all
            .SelectMany(kind => (kind.Names ?? []).Order(StringComparer.Ordinal)
                .Select(name => new EnginePlugin(kind.Type, name)))
            .ToValueList();
    }
}
