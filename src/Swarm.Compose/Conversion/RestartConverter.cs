using System.Globalization;
using Swarm.Compose.Shapes;

namespace Swarm.Compose.Conversion;

/// <summary>When tasks are replaced after they end.</summary>
internal static class RestartConverter
{
    /// <summary>The policy of <c>deploy</c>, else the old key <c>restart</c>; null when neither says anything.</summary>
    /// <exception cref="StackFileException">The key <c>restart</c> holds something else than a policy.</exception>
    public static RestartDocument? Convert(StackRecord service, StackRecord? policy) => policy is null
        ? OfText(service.Text("restart"), service.MarkOf("restart"))
        : new(
            policy.Text("condition"),
            policy.Duration("delay"),
            policy.Unsigned("max_attempts"),
            policy.Duration("window"));

    private static RestartDocument? OfText(string restart, SourceMark mark)
    {
        var split = restart.IndexOf(':', StringComparison.Ordinal);
        var name = split < 0 ? restart : restart[..split];
        var count = split < 0 ? "" : restart[(split + 1)..];
        if (split == 0)
        {
            throw new StackFileException("invalid restart policy format: no policy provided before colon", mark);
        }

        var attempts = 0;
        if (count.Length > 0
            && !int.TryParse(count, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out attempts))
        {
            throw new StackFileException(
                "invalid restart policy format: maximum retry count must be an integer", mark);
        }

        if (attempts < 0)
        {
            throw new StackFileException("invalid restart policy: maximum retry count cannot be negative", mark);
        }

        return name switch
        {
            "" or "no" => null,
            "always" or "unless-stopped" => new("any", null, null, null),
            "on-failure" => new("on-failure", null, (ulong)attempts, null),
            _ => throw new StackFileException($"unknown restart policy: {restart}", mark),
        };
    }
}
