using System.Globalization;
using Swarm.Templating;

namespace Swarm.Execution.Processes;

/// <summary>Works out the files of a task: finds secrets and configs, fills in templates, checks where they go.</summary>
internal sealed class TaskFilePlanner
{
    private const uint PermissionBits = 0x1FF;

    private readonly ContainerSpec _spec;
    private readonly ITaskDependencies _dependencies;
    private readonly TemplateContext _context;
    private readonly Dictionary<SecretId, Secret> _read = [];

    private TaskFilePlanner(SwarmTask task, ContainerSpec spec, ITaskDependencies dependencies)
    {
        _spec = spec;
        _dependencies = dependencies;
        _context = TemplateContext.ForTask(task, dependencies.NodeId, dependencies.Node);
    }

    /// <summary>The files of a task; configs that only the runtime reads are not among them.</summary>
    /// <exception cref="TaskRejectedException">
    /// One is missing, has a template that does not work, or would lie outside of its directory. Docker's texts.
    /// </exception>
    internal static TaskFileSet Plan(SwarmTask task, ITaskDependencies dependencies) =>
        task.Spec.Workload is ContainerSpec spec
            ? new TaskFilePlanner(task, spec, dependencies).Plan()
            : new TaskFileSet(default, default);

    private TaskFileSet Plan()
    {
        var secrets = _spec.Secrets.Where(use => use.Target is not null).Select(Secret);
        var configs = _spec.Configs.Where(use => use.Target is not null).Select(Config).ToValueList();
        var files = new TaskFileSet([.. secrets, .. configs.Where(IsAmongSecrets).Select(AsSecret)], configs);

        // A value that was taken from this node meanwhile may have been overwritten while it was copied.
        foreach (var (id, secret) in _read)
        {
            if (!ReferenceEquals(_dependencies.FindSecret(id), secret))
            {
                throw Missing("secret", id.ToString());
            }
        }

        return files;
    }

    private static bool IsAmongSecrets(TaskFile config) =>
        config.Target!.StartsWith(MountNamespace.SecretsTarget + "/", StringComparison.Ordinal);

    // A target below the directory of secrets is a place in it.
    private static TaskFile AsSecret(TaskFile file) => file with
    {
        Path = file.Target![(MountNamespace.SecretsTarget.Length + 1)..],
        Target = null,
        Content = [.. file.Content],
    };

    private Secret? Find(SecretId id) =>
        _dependencies.FindSecret(id) is { } secret ? _read[id] = secret : null;

    private TaskFile Secret(SecretReference use)
    {
        var secret = Find(use.SecretId) ?? throw Missing("secret", use.SecretId.ToString());
        var content = Expand("secret", use.SecretId.ToString(), secret.Spec.Data, secret.Spec.Templating);
        var file = File("secret", use.SecretName, use.Target!, content, relativeToRoot: false);
        return file.Target is not null && IsAmongSecrets(file) ? AsSecret(file) : file;
    }

    private TaskFile Config(ConfigReference use)
    {
        var config = _dependencies.FindConfig(use.ConfigId) ?? throw Missing("config", use.ConfigId.ToString());
        var content = Expand("config", use.ConfigId.ToString(), config.Spec.Data, config.Spec.Templating);
        return File("config", use.ConfigName, use.Target!, content, relativeToRoot: true);
    }

    private static TaskFile File(
        string kind,
        string name,
        FileTarget target,
        byte[] content,
        bool relativeToRoot)
    {
        var parts = target.Name.Split('/').Where(part => part is not ("" or ".")).ToArray();
        if (parts.Length == 0 || parts.Contains("..") || target.Name.Contains('\0', StringComparison.Ordinal))
        {
            throw new TaskRejectedException($"invalid target {target.Name} of {kind} {name}");
        }

        var path = string.Join('/', parts);
        return new(
            path,
            relativeToRoot || target.Name[0] == '/' ? "/" + path : null,
            content,
            Id(target.Uid, "uid"),
            Id(target.Gid, "gid"),
            (UnixFileMode)(target.Mode & PermissionBits));

        uint Id(string text, string what) =>
            text.Length == 0 ? 0
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : throw new TaskRejectedException($"invalid {what} {text} of {kind} {name}: it must be a number");
    }

    private byte[] Expand(string kind, string id, ValueList<byte> content, Driver? templating)
    {
        if (templating is null)
        {
            return content.AsSpan().ToArray();
        }

        try
        {
            var functions = new PayloadFunctions(SecretAt, ConfigAt, VariableNamed);
            return PayloadTemplate.Expand(content.AsSpan(), templating, _context, functions);
        }
        catch (TemplateException exception)
        {
            throw new TaskRejectedException(
                $"unable to get {kind} from {kind} store: "
                + $"failed to expand templated {kind} {id}: {exception.Message}",
                exception);
        }
    }

    private ReadOnlyMemory<byte> SecretAt(string target) =>
        _spec.Secrets.FirstOrDefault(use => use.Target?.Name == target) is { } use
        && Find(use.SecretId) is { } secret
            ? secret.Spec.Data.AsMemory()
            : throw NoTarget("secret", target);

    private ReadOnlyMemory<byte> ConfigAt(string target) =>
        _spec.Configs.FirstOrDefault(use => use.Target?.Name == target) is { } use
        && _dependencies.FindConfig(use.ConfigId) is { } config
            ? config.Spec.Data.AsMemory()
            : throw NoTarget("config", target);

    private string VariableNamed(string name) =>
        _spec.Environment.LastOrDefault(variable => variable.Name == name)?.Value ?? "";

    private static ArgumentException NoTarget(string kind, string target) =>
        new($"error calling {kind}: {kind} target {target} not found", (string?)null);

    private static TaskRejectedException Missing(string kind, string id) =>
        new($"unable to get {kind} from {kind} store: {kind} {id} not found");
}
