using System.Globalization;
using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>What a client wants to see of an output, and how.</summary>
internal sealed record LogQuery
{
    public required LogOptions Options { get; init; }

    public DateTimeOffset? Until { get; init; }

    public bool Timestamps { get; init; }

    public bool Details { get; init; }

    /// <summary>Reads the query of a logs request.</summary>
    /// <param name="value">Value of a query key; empty when it is absent.</param>
    /// <param name="strictTail">Whether a bad tail is an error, as for services, or means everything.</param>
    public static LogQuery Read(Func<string, string> value, bool strictTail)
    {
        var stdout = IsTrue(value("stdout"));
        var stderr = IsTrue(value("stderr"));
        if (!stdout && !stderr)
        {
            throw SwarmException.InvalidArgument("Bad parameters: you must choose at least one stream");
        }

        return new LogQuery
        {
            Options = new LogOptions
            {
                Stdout = stdout,
                Stderr = stderr,
                Follow = IsTrue(value("follow")),
                Tail = ReadTail(value("tail"), strictTail),
                Since = UnixTime.ReadOptional(value("since"), "since"),
            },
            Until = UnixTime.ReadOptional(value("until"), "until"),
            Timestamps = IsTrue(value("timestamps")),
            Details = IsTrue(value("details")),
        };
    }

    private static int? ReadTail(string text, bool strict)
    {
        if (text is "" or "all")
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lines))
        {
            return strict
                ? throw SwarmException.InvalidArgument("tail value must be a positive integer or \"all\"")
                : null;
        }

        if (lines < 0)
        {
            return strict ? throw SwarmException.InvalidArgument("negative tail values not supported") : null;
        }

        return lines;
    }

    // The Engine takes everything for true that is not one of a few words for false.
    private static bool IsTrue(string text) =>
        text.Trim().ToUpperInvariant() is not ("" or "0" or "NO" or "FALSE" or "NONE");
}
