using Swarm.Compose.Loading;
using Swarm.Compose.Shapes;
using Swarm.Compose.Values;

namespace Swarm.Compose.Conversion;

/// <summary>The secrets and configs that a service uses. Ids are filled in once the manager knows the objects.</summary>
internal sealed class ReferenceConverter(StackModel model, StackNamespace scope)
{
    private const ulong ReadableByAll = 0x124;

    /// <exception cref="StackFileException">A secret is not declared, or two have one target.</exception>
    public List<SecretReferenceDocument> Secrets(StackRecord service) =>
        [.. Targets(service, "secret", model.Secrets).Select(target =>
            new SecretReferenceDocument(target.File, target.Name))
            .OrderBy(reference => reference.SecretName, StringComparer.Ordinal)];

    /// <exception cref="StackFileException">A config is not declared, or two have one target.</exception>
    public List<ConfigReferenceDocument> Configs(StackRecord service)
    {
        var references = Targets(service, "config", model.Configs)
            .ConvertAll(target => new ConfigReferenceDocument(target.File, null, target.Name));
        if (service.Child("credential_spec").Text("config") is { Length: > 0 } name)
        {
            var config = Find(model.Configs, name, "config", service.MarkOf("credential_spec", "config"));
            references.Add(new(null, new(), NameOf(config, name)));
        }

        return [.. references.OrderBy(reference => reference.ConfigName, StringComparer.Ordinal)];
    }

    private List<(FileTargetDocument File, string Name)> Targets(
        StackRecord service, string kind, OrderedDictionary<string, StackRecord> declared)
    {
        var targets = new List<(FileTargetDocument File, string Name)>();
        foreach (var reference in service.Records(kind + "s"))
        {
            var source = reference.Text("source");
            var name = NameOf(Find(declared, source, kind, reference.Mark), source);
            targets.Add((new(
                reference.Text("target") is { Length: > 0 } target ? target : source,
                reference.Text("uid") is { Length: > 0 } uid ? uid : "0",
                reference.Text("gid") is { Length: > 0 } gid ? gid : "0",
                reference.Unsigned("mode") ?? ReadableByAll), name));
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (file, name) in targets.Where(target => !taken.Add(target.File.Name)))
        {
            throw new StackFileException($"duplicate {kind} target for {name} not allowed", service.MarkOf(kind + "s"));
        }

        return targets;
    }

    private static StackRecord Find(
        OrderedDictionary<string, StackRecord> declared, string name, string kind, SourceMark mark) =>
        declared.GetValueOrDefault(name)
        ?? throw new StackFileException($"undefined {kind} {GoText.Quote(name)}", mark);

    private string NameOf(StackRecord declared, string key) =>
        declared.Text("name") is { Length: > 0 } name ? name : scope.Scope(key);
}
