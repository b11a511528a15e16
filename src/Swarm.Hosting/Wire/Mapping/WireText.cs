using System.Globalization;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>
/// Settings that are numbers on the wire and Docker's words in a record. A number without a word stays a number, so
/// that what a newer engine wrote is not lost.
/// </summary>
internal sealed class WireText(string field, params string[] words)
{
    public static WireText Consistency { get; } = new("mount consistency", "", "consistent", "cached", "delegated");

    public static WireText Propagation { get; } =
        new("mount propagation", "rprivate", "private", "rshared", "shared", "rslave", "slave");

    public static WireText Seccomp { get; } = new("seccomp mode", "default", "unconfined", "custom");

    public static WireText AppArmor { get; } = new("AppArmor mode", "default", "disabled");

    public static WireText CaProtocol { get; } = new("protocol of the external CA", "cfssl");

    public string Read(int number) => (uint)number < (uint)words.Length
        ? words[number]
        : number.ToString(CultureInfo.InvariantCulture);

    public int Write(string word)
    {
        if (word is "" or "default")
        {
            return 0;
        }

        var known = Array.IndexOf(words, word);
        if (known >= 0)
        {
            return known;
        }

        return int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw WireErrors.OutOfRange(field, $"'{word}'");
    }
}
