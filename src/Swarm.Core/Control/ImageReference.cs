using System.Text.RegularExpressions;

namespace Swarm.Control;

/// <summary>The grammar of image references: <c>[domain/]path[:tag][@digest]</c>.</summary>
internal static class ImageReference
{
    private const int MaxName = 255;

    private const string Component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private const string Label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    private const string Domain = @"(?:" + Label + @"(?:\." + Label + @")*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?";
    private const string Name = "(?<name>(?:" + Domain + "/)?" + Component + "(?:/" + Component + ")*)";
    private const string Tag = "(?::[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?";
    private const string Digest = "(?:@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}))?";

    // A 64-digit hexadecimal name would be taken for an image id.
    private static readonly Regex Grammar = new(
        @"\A" + Name + Tag + Digest + @"\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly Regex ImageId = new(
        @"\A[a-f0-9]{64}\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public static bool IsValid(string text) =>
        Grammar.Match(text) is { Success: true } match
        && match.Groups["name"].Length <= MaxName
        && !ImageId.IsMatch(text);
}
