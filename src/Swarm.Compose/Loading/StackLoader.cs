using Swarm.Compose.Interpolation;
using Swarm.Compose.Lenient;
using Swarm.Compose.Schema;
using Swarm.Compose.Shapes;
using Swarm.Compose.Values;
using Swarm.Compose.Yaml;

namespace Swarm.Compose.Loading;

/// <summary>
/// Makes a stack of files, in the order in which <c>docker stack</c> does it: an error of an earlier step or file hides
/// those of later ones.
/// </summary>
internal sealed class StackLoader(LoadContext context)
{
    /// <summary>The first document of a file as typed values.</summary>
    /// <exception cref="StackFileException">It is no YAML, beyond a limit, or no mapping.</exception>
    public static Value Parse(ReadOnlySpan<byte> content, string file, StackLimits limits)
    {
        try
        {
            var text = YamlText.Decode(content, file, limits);
            var root = YamlReader.Read(text, file, limits) is { } node
                ? YamlExpansion.Expand(node, limits)
                : Value.OfNull(new SourceMark(file, 1, 1));
            return root.Kind == ValueKind.Map
                ? root
                : throw new StackFileException("top-level object must be a mapping", root.Mark);
        }
        catch (Yaml.YamlException exception)
        {
            throw exception.ToStackFileException();
        }
    }

    /// <summary>The stack that files describe together; later ones override earlier ones.</summary>
    /// <exception cref="StackFileException">A file cannot be used.</exception>
    public StackModel Load(IReadOnlyList<(string Name, Value Root)> files)
    {
        var models = new List<StackModel>();
        string? common = null;
        foreach (var (name, root) in files)
        {
            var version = IsLenient ? StackSchema.NewestVersion : StackVersion.Of(root);
            common ??= version;
            if (common != version)
            {
                throw new StackFileException(
                    $"version mismatched between two composefiles : {common} and {version}",
                    root["version"]?.Mark ?? root.Mark);
            }

            models.Add(LoadFile(name, root, common));
        }

        return StackMerger.Merge(models);
    }

    private bool IsLenient => context.Mode == StackMode.Lenient;

    private StackModel LoadFile(string name, Value root, string version)
    {
        if (!IsLenient)
        {
            ServiceKeys.RefuseForbidden(root);
        }

        if (!context.SkipInterpolation)
        {
            root = Interpolator.Apply(root, Substitute);
        }

        if (IsLenient)
        {
            root = new LenientForms(context).Rewrite(root);
        }

        Validate(root, version);
        return Decode(name, root, version);
    }

    private string Substitute(string text) => IsLenient
        ? NestedTemplate.Substitute(text, context.Lookup)
        : VariableTemplate.Substitute(text, context.Lookup);

    private void Validate(Value root, string version)
    {
        var schema = StackSchema.Find(version)
            ?? throw new StackFileException(
                $"unsupported Compose file version: {version}", root["version"]?.Mark ?? root.Mark);
        if (JsonText.FindUnsupported(root) is { } unsupported)
        {
            throw unsupported;
        }

        var errors = new SchemaValidator(context.SkipInterpolation).Validate(schema, root);
        if (errors.Count > 0)
        {
            throw new StackFileException(
                SchemaSummary.Of(errors),
                errors.Select(error => new StackDiagnostic(StackSeverity.Error, error.Mark, error.Text)));
        }
    }

    private StackModel Decode(string name, Value root, string version)
    {
        var decoder = new ShapeDecoder(context.Warn);
        var objects = new ObjectFinisher(context, version);
        var model = new StackModel
        {
            Version = StackVersion.Of(root),
            FileName = name,
            Services = DecodeServices(root, decoder),
            Networks = decoder.DecodeSection(root["networks"], ObjectShapes.Network),
            Extensions = ObjectFinisher.Extensions(root),
        };
        ForEach(model.Networks, objects.FinishNetwork);
        Fill(model.Volumes, decoder.DecodeSection(root["volumes"], ObjectShapes.Volume), objects.FinishVolume);
        Fill(
            model.Secrets,
            decoder.DecodeSection(root["secrets"], ObjectShapes.FileObject),
            (key, secret) => objects.FinishFileObject("secret", key, secret));
        Fill(
            model.Configs,
            decoder.DecodeSection(root["configs"], ObjectShapes.FileObject),
            (key, config) => objects.FinishFileObject("config", key, config));
        return model;
    }

    private OrderedDictionary<string, StackRecord> DecodeServices(Value root, ShapeDecoder decoder)
    {
        var finisher = new ServiceFinisher(context);
        var services = StackModel.Section();
        foreach (var (name, member) in root["services"]?.Map ?? [])
        {
            var service = decoder.DecodeRecord(member.Value, ServiceShape.Record);
            finisher.Finish(service);
            service.Extensions = ObjectFinisher.Extensions(member.Value);
            services.Add(name, service);
        }

        return services;
    }

    private static void Fill(
        OrderedDictionary<string, StackRecord> section,
        OrderedDictionary<string, StackRecord> decoded,
        Action<string, StackRecord> finish)
    {
        ForEach(decoded, finish);
        foreach (var (name, record) in decoded)
        {
            section.Add(name, record);
        }
    }

    private static void ForEach(OrderedDictionary<string, StackRecord> section, Action<string, StackRecord> finish)
    {
        foreach (var (name, record) in section)
        {
            finish(name, record);
        }
    }
}
