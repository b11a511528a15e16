namespace Swarm.Hosting.Gossip;

/// <summary>Whom the engines of a swarm have told of. Who is not told of any more is forgotten.</summary>
internal sealed class MemberDirectory(TimeProvider time)
{
    private const int MaxMembers = 10_000;

    // Engines come back every minute, because this manager is no member that they could see.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (GossipMember Member, DateTimeOffset Seen)> _members =
        new(StringComparer.Ordinal);

    /// <summary>Takes in what a node knows; answers what all have told.</summary>
    public IReadOnlyCollection<GossipMember> Exchange(IEnumerable<GossipMember> told)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var member in told)
            {
                Take(member, now);
            }

            foreach (var (name, (_, seen)) in _members)
            {
                if (now - seen > Lifetime)
                {
                    _members.Remove(name);
                }
            }

            return [.. _members.Values.Select(entry => entry.Member)];
        }
    }

    private void Take(GossipMember member, DateTimeOffset now)
    {
        var isKnown = _members.TryGetValue(member.Name, out var known);
        if (isKnown && member.Incarnation < known.Member.Incarnation)
        {
            return;
        }

        if (member.IsAlive && (isKnown || _members.Count < MaxMembers))
        {
            _members[member.Name] = (member, now);
        }
        else if (!member.IsAlive)
        {
            _members.Remove(member.Name);
        }
    }
}
