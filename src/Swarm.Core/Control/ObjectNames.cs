namespace Swarm.Control;

/// <summary>What objects may be called.</summary>
internal static class ObjectNames
{
    private const int MaxDnsName = 63;

    /// <summary>Names of services and networks: components of DNS names.</summary>
    public static void CheckDnsName(string name)
    {
        Rule.Require(name.Length > 0, "meta: name must be provided");
        Rule.Require(IsFramed(name, "-_"), "name must be valid as a DNS name component");
        Rule.Require(name.Length <= MaxDnsName, "name must be 63 characters or fewer");
    }

    // Letters and digits, with the given characters allowed between them.
    private static bool IsFramed(string name, string inside) =>
        char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(character => char.IsAsciiLetterOrDigit(character) || inside.Contains(character));
}
