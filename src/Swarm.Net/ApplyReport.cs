using System.Collections.Immutable;

namespace Swarm.Net;

/// <summary>How a state was brought about.</summary>
/// <param name="Failures">Front ends that are not open, with the reason; the next call tries them again.</param>
public sealed record ApplyReport(ImmutableArray<FrontendFailure> Failures);

/// <summary>A front end that is not open.</summary>
/// <param name="Frontend">The front end.</param>
/// <param name="Reason">Why, such as an address that is in use.</param>
public sealed record FrontendFailure(Frontend Frontend, string Reason);
