using Swarm.Compose.Values;

namespace Swarm.Compose.Interpolation;

/// <summary>
/// Where a text that came out of a variable becomes a number or a boolean. Only these places, and only when the
/// variable
/// changed the text.
/// </summary>
internal static class CastTable
{
    private static readonly Dictionary<string, Func<string, SourceMark, Value>> Casts = new(StringComparer.Ordinal)
    {
        ["services.*.configs.[].mode"] = ToInteger,
        ["services.*.secrets.[].mode"] = ToInteger,
        ["services.*.healthcheck.retries"] = ToInteger,
        ["services.*.healthcheck.disable"] = ToBoolean,
        ["services.*.deploy.replicas"] = ToInteger,
        ["services.*.deploy.update_config.parallelism"] = ToInteger,
        ["services.*.deploy.update_config.max_failure_ratio"] = ToFloat,
        ["services.*.deploy.rollback_config.parallelism"] = ToInteger,
        ["services.*.deploy.rollback_config.max_failure_ratio"] = ToFloat,
        ["services.*.deploy.restart_policy.max_attempts"] = ToInteger,
        ["services.*.deploy.placement.max_replicas_per_node"] = ToInteger,
        ["services.*.ports.[].target"] = ToInteger,
        ["services.*.ports.[].published"] = ToInteger,
        ["services.*.ulimits.*"] = ToInteger,
        ["services.*.ulimits.*.hard"] = ToInteger,
        ["services.*.ulimits.*.soft"] = ToInteger,
        ["services.*.privileged"] = ToBoolean,
        ["services.*.oom_score_adj"] = ToInteger,
        ["services.*.read_only"] = ToBoolean,
        ["services.*.stdin_open"] = ToBoolean,
        ["services.*.tty"] = ToBoolean,
        ["services.*.volumes.[].read_only"] = ToBoolean,
        ["services.*.volumes.[].volume.nocopy"] = ToBoolean,
        ["networks.*.external"] = ToBoolean,
        ["networks.*.internal"] = ToBoolean,
        ["networks.*.attachable"] = ToBoolean,
        ["volumes.*.external"] = ToBoolean,
        ["secrets.*.external"] = ToBoolean,
        ["configs.*.external"] = ToBoolean,
    };

    /// <summary>The value a text becomes at a path.</summary>
    /// <exception cref="FormatException">It does not fit; the message is the one Docker shows.</exception>
    public static Value Apply(string path, string text, SourceMark mark) =>
        Find(path) is { } cast ? cast(text, mark) : Value.Of(text, mark);

    // Names may stand for "*" in the second and fourth place; a name with a dot never matches.
    private static Func<string, SourceMark, Value>? Find(string path)
    {
        var parts = path.Split('.');
        if (parts.Length < 3)
        {
            return null;
        }

        parts[1] = "*";
        if (parts.Length > 3 && parts[2] == "ulimits")
        {
            parts[3] = "*";
        }

        return Casts.GetValueOrDefault(string.Join('.', parts));
    }

    private static Value ToInteger(string text, SourceMark mark) => Value.Of(GoNumber.Atoi(text), mark);

    private static Value ToFloat(string text, SourceMark mark) => Value.Of(GoNumber.ParseFloat(text), mark);

    private static Value ToBoolean(string text, SourceMark mark) => text.ToLowerInvariant() switch
    {
        "y" or "yes" or "true" or "on" => Value.Of(true, mark),
        "n" or "no" or "false" or "off" => Value.Of(false, mark),
        _ => throw new FormatException($"invalid boolean: {text}"),
    };
}
