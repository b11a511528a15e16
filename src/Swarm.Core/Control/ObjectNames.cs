namespace Swarm.Control;

/// <summary>What objects may be called.</summary>
internal static class ObjectNames
{
    private const int MaxDnsName = 63;
    private const int MaxFileName = 64;

    /// <summary>Names of services and networks: components of DNS names.</summary>
    public static void CheckDnsName(string name)
    {
        Rule.Require(name.Length > 0, "meta: name must be provided");
        Rule.Require(IsFramed(name, "-_"), "name must be valid as a DNS name component");
        Rule.Require(name.Length <= MaxDnsName, "name must be 63 characters or fewer");
    }

    /// <summary>Names of secrets and configs.</summary>
    public static void CheckFileName(string name)
    {
        Rule.Require(name.Length > 0, "name must be provided");
        Rule.Require(
            name.Length <= MaxFileName && IsFramed(name, "-_."),
            "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, "
            + "and the start and end character must be [a-zA-Z0-9]");
    }

    // Letters and digits, with the given characters allowed between them.
    private static bool IsFramed(string name, string inside) =>
        char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(character => char.IsAsciiLetterOrDigit(character) || inside.Contains(character));
}
