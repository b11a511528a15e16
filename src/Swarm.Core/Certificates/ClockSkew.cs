using System.Globalization;

namespace Swarm.Certificates;

/// <summary>Clocks that disagree, in words: certificates fail for this more often than for anything else.</summary>
internal static class ClockSkew
{
    /// <summary>Difference below which clocks are said to agree.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Names both clocks and how far they are apart; empty when they agree.</summary>
    /// <param name="local">This node's clock.</param>
    /// <param name="remote">The manager's clock at the same moment.</param>
    public static string Describe(DateTimeOffset local, DateTimeOffset remote)
    {
        var difference = (local - remote).Duration();
        return difference <= Tolerance
            ? ""
            : $"the clock of this node says {CertificateChain.Format(local)}, the clock of the manager says "
                + $"{CertificateChain.Format(remote)}: this node is {Format(difference)} "
                + $"{(local > remote ? "ahead" : "behind")}; set the clock and try again";
    }

    /// <summary>The signer's clock when it signed: certificates are back-dated by a fixed time.</summary>
    public static DateTimeOffset SignerClock(DateTimeOffset notBefore) => notBefore + RootCertificate.BackDate;

    private static string Format(TimeSpan span) => span.Days > 0
        ? span.ToString(@"d' d 'h' h 'm' min'", CultureInfo.InvariantCulture)
        : span.ToString(@"h' h 'm' min'", CultureInfo.InvariantCulture);
}
