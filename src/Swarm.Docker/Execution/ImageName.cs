using Swarm.Execution;

namespace Swarm.Docker.Execution;

/// <summary>References of images in the form in which engines show them.</summary>
internal static class ImageName
{
    private const int IdLength = 64;
    private const string IdPrefix = "sha256:";

    private static readonly string[] ImpliedPrefixes =
        ["docker.io/library/", "index.docker.io/library/", "docker.io/", "index.docker.io/"];

    /// <summary>The reference without the parts that everybody implies, and with a tag where it has none.</summary>
    internal static string Familiar(string reference)
    {
        if (IsId(reference))
        {
            return reference;
        }

        var prefix = Array.Find(
            ImpliedPrefixes, implied => reference.StartsWith(implied, StringComparison.Ordinal)) ?? "";
        return ImageReference.Tagged(reference[prefix.Length..]);
    }

    /// <summary>True for the id of an image, which no registry knows.</summary>
    internal static bool IsId(string reference)
    {
        var start = reference.StartsWith(IdPrefix, StringComparison.Ordinal) ? IdPrefix.Length : 0;
        var digits = reference[start..];
        return digits.Length == IdLength && digits.All(char.IsAsciiHexDigitLower);
    }

    /// <summary>True when the content is certain, so that an image that is there need not be fetched again.</summary>
    internal static bool HasDigest(string reference) => reference.Contains('@', StringComparison.Ordinal);
}
