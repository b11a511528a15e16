using System.Globalization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Query values as the engine reads them.</summary>
internal static class GoValues
{
    /// <summary>True unless the value is missing or says no.</summary>
    public static bool ParseLaxBool(string? text) =>
        text?.Trim().ToLowerInvariant() is not (null or "" or "0" or "no" or "false" or "none");

    /// <summary>Only what Go's <c>ParseBool</c> takes; a missing value is false.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static bool ParseStrictBool(string name, string? text) => text switch
    {
        null or "" => false,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw DockerApiException.BadRequest(
            $"invalid value for {name}: strconv.ParseBool: parsing {Quote(text)}: invalid syntax"),
    };

    /// <summary>The version in an update of an object.</summary>
    /// <exception cref="DockerApiException">Status 400: missing, or not a number.</exception>
    public static ObjectVersion ParseObjectVersion(string kind, string? text)
    {
        text ??= "";
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return new ObjectVersion(index);
        }

        var isNumber = text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
        var reason = isNumber ? "value out of range" : "invalid syntax";
        throw DockerApiException.BadRequest(
            $"invalid {kind} version '{text}': strconv.ParseUint: parsing {Quote(text)}: {reason}");
    }

    /// <summary>Text in double quotes, as Go's <c>%q</c>.</summary>
    public static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
