using Swarm.Compose.Schema;
using Swarm.Compose.Values;

namespace Swarm.Compose.Loading;

/// <summary>The version of the format that a file asks for.</summary>
internal static class StackVersion
{
    /// <summary>No version, an empty one and a bare 3 mean the newest.</summary>
    public static string Of(Value root)
    {
        var version = root["version"] is { } written ? GoText.Print(written) : "";
        return version is "" or "3" ? StackSchema.NewestVersion : version;
    }
}
