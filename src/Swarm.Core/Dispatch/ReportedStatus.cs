namespace Swarm.Dispatch;

/// <summary>What is kept of an agent's words: enough to read, and no more than a store of a million tasks can bear.</summary>
internal static class ReportedStatus
{
    /// <summary>Longest message or error that is kept whole, in characters.</summary>
    public const int MaxText = 4 * 1024;

    private const string Cut = " … (cut)";

    public static SwarmTaskStatus Bound(SwarmTaskStatus status) =>
        status.Message.Length <= MaxText && status.Error.Length <= MaxText
            ? status
            : status with { Message = Bound(status.Message), Error = Bound(status.Error) };

    private static string Bound(string text)
    {
        if (text.Length <= MaxText)
        {
            return text;
        }

        // Half of a pair of surrogates is no character.
        var end = char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText;
        return text[..end] + Cut;
    }
}
