using System.Text;

namespace Swarm.Compose.Syntax;

/// <summary>Mounts in short form: <c>[source:]target[:options]</c>.</summary>
internal static class MountSyntax
{
    /// <exception cref="FormatException">A section is empty or there are too many.</exception>
    public static ShortMount Parse(string text)
    {
        if (text.Length == 0)
        {
            throw new FormatException("invalid empty volume spec");
        }

        if (Encoding.UTF8.GetByteCount(text) <= 2)
        {
            return new("", text, []);
        }

        var sections = SplitSections(text);
        for (var index = 0; index < sections.Count; index++)
        {
            if (sections[index].Length == 0)
            {
                throw new FormatException($"invalid spec: {text}: empty section between colons");
            }

            if (index >= 2 && index < sections.Count - 1)
            {
                throw new FormatException($"invalid spec: {text}: too many colons");
            }
        }

        return sections.Count == 1
            ? new("", sections[0], [])
            : new(sections[0], sections[1], sections.Count > 2 ? sections[2].Split(',') : []);
    }

    /// <summary>True for a source that is a path, and not the name of a volume.</summary>
    public static bool IsPath(string source) =>
        source is ['.' or '/' or '~', ..] || source.StartsWith(@"\\", StringComparison.Ordinal) || HasDrive(source);

    // A single letter before a colon is a Windows drive.
    private static List<string> SplitSections(string text)
    {
        var sections = new List<string>();
        var start = 0;
        for (var index = 0; index <= text.Length; index++)
        {
            var isEnd = index == text.Length || text[index] == '\0';
            if (isEnd || (text[index] == ':' && !IsLetter(text.AsSpan(start, index - start))))
            {
                sections.Add(text[start..index]);
                start = index + 1;
            }
        }

        return sections;
    }

    private static bool HasDrive(string source)
    {
        var colon = source.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && IsLetter(source.AsSpan(0, colon));
    }

    private static bool IsLetter(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out var length) == System.Buffers.OperationStatus.Done
        && length == text.Length
        && Rune.IsLetter(rune);
}

/// <summary>A mount in short form, taken apart.</summary>
/// <param name="Source">Volume or path; empty for an anonymous volume.</param>
/// <param name="Target">Path in the container.</param>
/// <param name="Options">Options as written.</param>
internal sealed record ShortMount(string Source, string Target, string[] Options);
