using System.Text;

namespace Swarm.Templating;

/// <summary>Fills in the templates of a container spec, such as <c>{{.Task.Slot}}</c>.</summary>
/// <remarks>
/// Expanded are the values of the environment, sources and targets of mounts, values of volume labels and volume
/// driver options, and the host name. The language is the part of Go's template language that reads values: fields,
/// <c>index</c>, <c>join</c>, <c>print</c>, literals, parentheses, pipelines, comments and trim markers.
/// </remarks>
public static class TemplateExpander
{
    /// <summary>Fills in the templates of a spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="context">What the templates may refer to.</param>
    /// <returns>The spec without templates; the same instance when it had none.</returns>
    /// <exception cref="SwarmException">A template is not valid; the message is Docker's.</exception>
    public static ContainerSpec Expand(ContainerSpec spec, TemplateContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        if (!HasTemplates(spec))
        {
            return spec;
        }

        return spec with
        {
            Environment = ExpandAll(spec.Environment, variable => ExpandVariable(variable, context)),
            Mounts = ExpandAll(spec.Mounts, mount => ExpandMount(mount, context)),
            Hostname = Run(spec.Hostname, context, () => "expanding hostname failed"),
        };
    }

    /// <summary>Fills in one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="context">What its templates may refer to.</param>
    /// <returns>The text without templates.</returns>
    /// <exception cref="SwarmException">A template in it is not valid.</exception>
    public static string Expand(string text, TemplateContext context)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            return Evaluate(text, context);
        }
        catch (TemplateException exception)
        {
            throw new SwarmException(SwarmErrorCode.InvalidArgument, exception.Message, exception);
        }
    }

    private static bool HasTemplates(ContainerSpec spec) =>
        HasTemplate(spec.Hostname)
        || spec.Environment.Any(variable => HasTemplate(variable.Value))
        || spec.Mounts.Any(mount => HasTemplate(mount.Source)
            || HasTemplate(mount.Target)
            || HasTemplate(mount.Volume?.Labels)
            || HasTemplate(mount.Volume?.Driver?.Options));

    private static bool HasTemplate(string? text) => text?.Contains("{{", StringComparison.Ordinal) is true;

    private static bool HasTemplate(ValueDictionary<string>? map)
    {
        foreach (var (_, value) in map ?? default)
        {
            if (HasTemplate(value))
            {
                return true;
            }
        }

        return false;
    }

    private static ValueList<T> ExpandAll<T>(ValueList<T> items, Func<T, T> expand) =>
        items.Select(expand).ToValueList();

    private static EnvironmentVariable ExpandVariable(EnvironmentVariable variable, TemplateContext context) =>
        variable.Value is null
            ? variable
            : variable with
            {
                Value = Run(
                    variable.Value,
                    context,
                    () => $"expanding env failed: expanding env {Quote(variable.ToString())}"),
            };

    private static Mount ExpandMount(Mount mount, TemplateContext context) => mount with
    {
        Source = Run(
            mount.Source, context, () => $"expanding mounts failed: expanding mount source {Quote(mount.Source)}"),
        Target = Run(
            mount.Target, context, () => $"expanding mounts failed: expanding mount target {Quote(mount.Target)}"),
        Volume = mount.Volume is null ? null : mount.Volume with
        {
            Labels = ExpandMap(mount.Volume.Labels, context, "expanding mounts failed: expanding volume labels"),
            Driver = mount.Volume.Driver is null ? null : mount.Volume.Driver with
            {
                Options = ExpandMap(
                    mount.Volume.Driver.Options,
                    context,
                    "expanding mounts failed: expanding volume driver config"),
            },
        },
    };

    private static ValueDictionary<string> ExpandMap(
        ValueDictionary<string> map,
        TemplateContext context,
        string failure)
    {
        var result = map;
        foreach (var (key, value) in map)
        {
            result = result.With(
                key,
                Run(value, context, () => $"{failure}: expanding map entry {Quote(key)}={Quote(value)}"));
        }

        return result;
    }

    private static string Run(string text, TemplateContext context, Func<string> describeFailure)
    {
        try
        {
            return Evaluate(text, context);
        }
        catch (TemplateException exception)
        {
            throw new SwarmException(
                SwarmErrorCode.InvalidArgument,
                $"{describeFailure()}: {exception.Message}",
                exception);
        }
    }

    private static string Evaluate(string text, TemplateContext context) =>
        HasTemplate(text) ? TemplateLanguage.OfSpecs.Evaluate(text, context) : text;

    // Go's %q for the texts that occur in specs.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var character in text)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ => character.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
