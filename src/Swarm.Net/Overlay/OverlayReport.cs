using System.Collections.Immutable;
using System.Net;

namespace Swarm.Net;

/// <summary>How a state of an overlay was brought about.</summary>
/// <param name="Places">Where the members are that have all they need.</param>
/// <param name="Failures">What is not as it should be; the next call tries again.</param>
public sealed record OverlayReport(ImmutableArray<OverlayPlace> Places, ImmutableArray<OverlayFailure> Failures)
{
    /// <summary>Why a member is not on its networks; null when it is.</summary>
    /// <param name="member">Its name.</param>
    /// <returns>The reason.</returns>
    public string? ReasonOf(string member) => Failures.FirstOrDefault(failure => failure.Subject == member)?.Reason;
}

/// <summary>Where a member is.</summary>
/// <param name="Member">Its name.</param>
/// <param name="Namespace">Path of its network namespace, for <c>setns</c>; <c>ip netns exec</c> knows its last part.</param>
/// <param name="Outside">The address at which the machine itself, and nobody else, reaches it.</param>
public sealed record OverlayPlace(string Member, string Namespace, IPAddress Outside);

/// <summary>What is not as it should be.</summary>
/// <param name="Subject">The id of a network or the name of a member.</param>
/// <param name="Reason">Why.</param>
public sealed record OverlayFailure(string Subject, string Reason);
