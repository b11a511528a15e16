using System.Collections.Immutable;
using System.Net;

namespace Swarm.Net;

/// <summary>A name and where it leads.</summary>
/// <param name="Name">The name without a dot at the end; case does not matter.</param>
/// <param name="Addresses">Its addresses; IPv4 answers questions for A, IPv6 those for AAAA.</param>
/// <param name="IsReversed">The addresses have this name, too, when asked the other way round (PTR).</param>
public sealed record NameRecord(string Name, ImmutableArray<IPAddress> Addresses, bool IsReversed = false);
