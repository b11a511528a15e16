using System.Text.RegularExpressions;

namespace Swarm.Compose.Conversion;

/// <summary>References to images: <c>[domain/]path[:tag][@digest]</c>, with Docker Hub as the domain that is left out.</summary>
internal sealed partial record ImageName(string Domain, string Path, string Tag, string Digest)
{
    private const string Hub = "docker.io";
    private const int LongestName = 255;

    /// <summary>The shortest way to write it.</summary>
    public string Familiar
    {
        get
        {
            var path = Domain == Hub && Path.StartsWith("library/", StringComparison.Ordinal) && Path.Count('/') == 1
                ? Path["library/".Length..]
                : Path;
            return (Domain == Hub ? path : $"{Domain}/{path}")
                + (Tag.Length > 0 ? $":{Tag}" : "")
                + (Digest.Length > 0 ? $"@{Digest}" : "");
        }
    }

    /// <summary>With the tag <c>latest</c> when it has neither tag nor digest.</summary>
    public ImageName Tagged => Tag.Length == 0 && Digest.Length == 0 ? this with { Tag = "latest" } : this;

    /// <summary>Why a text is no reference to an image; null when it is one. The id of an image is one too.</summary>
    public static string? Complaint(string text)
    {
        try
        {
            _ = Identifier().IsMatch(text) || DigestOnly().IsMatch(text) ? null : Parse(text);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>The reference; null when the text is none, or the id of an image.</summary>
    public static ImageName? TryParse(string text)
    {
        try
        {
            return Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ImageName Parse(string text)
    {
        if (Identifier().IsMatch(text))
        {
            throw new FormatException(
                $"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings");
        }

        var (domain, rest) = Split(text);
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var path = colon < 0 ? rest : rest[..colon];
        if (path.Any(char.IsUpper))
        {
            throw new FormatException($"invalid reference format: repository name ({path}) must be lowercase");
        }

        var match = Reference().Match($"{domain}/{rest}");
        if (!match.Success)
        {
            throw new FormatException("invalid reference format");
        }

        var name = match.Groups["name"].Value;
        if (name.Length > LongestName)
        {
            throw new FormatException("repository name must not be more than 255 characters");
        }

        CheckDigest(match.Groups["digest"].Value);
        return new(domain, name[(domain.Length + 1)..], match.Groups["tag"].Value, match.Groups["digest"].Value);
    }

    // What looks like a host name before the first slash is one.
    private static (string Domain, string Remainder) Split(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var isDomain = first == "localhost" || first.AsSpan().ContainsAny('.', ':') || first.Any(char.IsUpper);
        var (domain, rest) = !isDomain ? (Hub, text)
            : first == "index.docker.io" ? (Hub, text[(slash + 1)..])
            : (first, text[(slash + 1)..]);
        return domain == Hub && !rest.Contains('/', StringComparison.Ordinal) ? (domain, $"library/{rest}")
            : (domain, rest);
    }

    private static void CheckDigest(string digest)
    {
        if (digest.Length == 0)
        {
            return;
        }

        var length = digest[..digest.IndexOf(':', StringComparison.Ordinal)] switch
        {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => throw new FormatException("unsupported digest algorithm"),
        };
        var hex = digest[(digest.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (hex.Length != length)
        {
            throw new FormatException("invalid checksum digest length");
        }

        if (hex.AsSpan().ContainsAnyInRange('A', 'F'))
        {
            throw new FormatException("invalid checksum digest format");
        }
    }

    [GeneratedRegex(@"\A[a-f0-9]{64}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex(
        @"\A(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DigestOnly();

    [GeneratedRegex(
        @"\A(?<name>(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[(?:[a-fA-F0-9:]+)\])(?::[0-9]+)?/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
