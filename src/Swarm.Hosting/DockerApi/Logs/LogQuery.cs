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
        var stdout = GoValues.ParseLaxBool(value("stdout"));
        var stderr = GoValues.ParseLaxBool(value("stderr"));
        if (!stdout && !stderr)
        {
            throw DockerApiException.BadRequest("Bad parameters: you must choose at least one stream");
        }

        return new LogQuery
        {
            Options = new LogOptions
            {
                Stdout = stdout,
                Stderr = stderr,
                Follow = GoValues.ParseLaxBool(value("follow")),
                Tail = ReadTail(value("tail"), strictTail),
                Since = UnixTime.ReadOptional(value("since"), "since"),
            },
            Until = UnixTime.ReadOptional(value("until"), "until"),
            Timestamps = GoValues.ParseLaxBool(value("timestamps")),
            Details = GoValues.ParseLaxBool(value("details")),
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
                ? throw DockerApiException.BadRequest("tail value must be a positive integer or \"all\"")
                : null;
        }

        if (lines < 0)
        {
            return strict ? throw DockerApiException.BadRequest("negative tail values not supported") : null;
        }

        return lines;
    }
}
