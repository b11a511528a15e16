using Swarm.Net.Kernel;

namespace Swarm.Net.Ipvs;

/// <summary>A front end with the mark that its packets get.</summary>
internal sealed class IpvsEntry(uint mark, VirtualServer server)
{
    public uint Mark => mark;

    /// <summary>As it was last given.</summary>
    public VirtualServer Server { get; set; } = server;

    /// <summary>Gets nothing new; its connections may go on for a while.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>What of it is to be in the table of marks.</summary>
    public MarkedServer Marked
    {
        get
        {
            var services = ServicePlan.ServicesOf(Server, mark).ToArray();
            return new MarkedServer(
                Server.Frontend,
                mark,
                services.Any(service => !service.IsV6),
                services.Any(service => service.IsV6));
        }
    }

    /// <summary>Whether a back end gets connections.</summary>
    public bool IsChosen(Backend place) => !IsLeaving
        && ServicePlan
            .EligibleOf(Server, place.Address.IsV6())
            .Any(chosen => chosen.Port == place.Port && chosen.Address.Equals(place.Address));
}
