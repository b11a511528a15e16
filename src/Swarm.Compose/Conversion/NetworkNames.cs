namespace Swarm.Compose.Conversion;

/// <summary>Names of networks that every engine has.</summary>
internal static class NetworkNames
{
    /// <summary>False for the predefined networks, which know no aliases.</summary>
    public static bool IsUserDefined(string name) =>
        name is not ("default" or "bridge" or "host" or "none")
        && !name.StartsWith("container:", StringComparison.Ordinal);
}
