using System.Security.Cryptography;
using System.Text;

namespace Swarm.Certificates.Nodes;

/// <summary>
/// A PEM block with headers, which the library's own reader does not know: node keys carry the version of the key they
/// are encrypted with, and the keys of the log.
/// </summary>
internal sealed record PemBlock(string Label, ValueDictionary<string> Headers, ValueList<byte> Content)
{
    private const int MaxLength = 64 * 1024;
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Dashes = "-----";

    /// <summary>Reads the first block.</summary>
    /// <exception cref="CryptographicException">There is none.</exception>
    public static PemBlock Parse(string text)
    {
        if (text.Length > MaxLength)
        {
            throw new CryptographicException($"a PEM block has at most {MaxLength} characters");
        }

        var lines = text.Split('\n', StringSplitOptions.TrimEntries);
        var first = Array.FindIndex(lines, line => line.StartsWith(Begin, StringComparison.Ordinal));
        if (first < 0 || !lines[first].EndsWith(Dashes, StringComparison.Ordinal))
        {
            throw new CryptographicException("no PEM block found");
        }

        var label = lines[first][Begin.Length..^Dashes.Length];
        var last = Array.IndexOf(lines, $"{End}{label}{Dashes}", first);
        if (last < 0)
        {
            throw new CryptographicException("the PEM block has no end");
        }

        var headers = default(ValueDictionary<string>);
        var next = first + 1;
        for (; next < last && lines[next].IndexOf(':', StringComparison.Ordinal) is > 0 and var colon; next++)
        {
            headers = headers.With(lines[next][..colon].Trim(), lines[next][(colon + 1)..].Trim());
        }

        return new(label, headers, Decode(string.Concat(lines[next..last])));
    }

    public string Write()
    {
        var text = new StringBuilder();
        text.Append(Begin).Append(Label).Append(Dashes).Append('\n');
        foreach (var (name, value) in Headers)
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }

        if (!Headers.IsEmpty)
        {
            text.Append('\n');
        }

        var content = Convert.ToBase64String(Content.AsSpan());
        for (var i = 0; i < content.Length; i += 64)
        {
            text.Append(content.AsSpan(i, Math.Min(64, content.Length - i))).Append('\n');
        }

        return text.Append(End).Append(Label).Append(Dashes).Append('\n').ToString();
    }

    public override string ToString() => $"PemBlock {{ {Label} }}";

    private static ValueList<byte> Decode(string content)
    {
        try
        {
            return ValueList.Create<byte>(Convert.FromBase64String(content));
        }
        catch (FormatException exception)
        {
            throw new CryptographicException("the PEM block is not base64", exception);
        }
    }
}
