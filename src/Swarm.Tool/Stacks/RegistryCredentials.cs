using System.Text;
using System.Text.Json;
using Swarm.Compose.Conversion;

namespace Swarm.Tool.Stacks;

/// <summary>Credentials for registries, from the configuration file of the docker command.</summary>
internal sealed class RegistryCredentials(JsonElement configuration)
{
    private const string HubKey = "https://index.docker.io/v1/";

    public static RegistryCredentials Load(IReadOnlyDictionary<string, string> environment)
    {
        var folder = environment.GetValueOrDefault("DOCKER_CONFIG")
            ?? Path.Combine(environment.GetValueOrDefault("HOME") ?? "/", ".docker");
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            return new(default);
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new(document.RootElement.Clone());
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new StackCommandException($"{path}: {exception.Message}");
        }
    }

    /// <summary>The header for an image's registry; an empty credential when none is known.</summary>
    public string Encode(string image)
    {
        var domain = ImageName.TryParse(image)?.Domain ?? "";
        var key = domain == "docker.io" ? HubKey : domain;
        var json = JsonSerializer.SerializeToUtf8Bytes(Find(key), ToolJson.Default.DictionaryStringString);
        return Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_');
    }

    private Dictionary<string, string> Find(string key)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in configuration.At("auths") is { ValueKind: JsonValueKind.Object } auths
            ? auths.EnumerateObject() : default)
        {
            if (entry.Name != key && HostOf(entry.Name) != key)
            {
                continue;
            }

            if (entry.Value.TextAt("auth") is { Length: > 0 } auth)
            {
                var pair = Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split(':', 2);
                found["username"] = pair[0];
                found["password"] = pair.Length > 1 ? pair[1].Trim('\0') : "";
            }

            foreach (var name in (ReadOnlySpan<string>)["identitytoken", "registrytoken", "email"])
            {
                if (entry.Value.TextAt(name) is { Length: > 0 } value)
                {
                    found[name] = value;
                }
            }

            found["serveraddress"] = entry.Name;
            break;
        }

        return found;
    }

    private static string HostOf(string address)
    {
        var start = address.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
        var end = address.IndexOf('/', start);
        return end < 0 ? address[start..] : address[start..end];
    }
}
