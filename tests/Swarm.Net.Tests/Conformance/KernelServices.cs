using Swarm.Net.Ipvs;
using Swarm.Net.Netlink;

namespace Swarm.Net.Tests.Conformance;

/// <summary>The kernel's services as somebody else would make them and see them.</summary>
internal sealed class KernelServices : IDisposable
{
    private readonly NetlinkSocket _socket = new(NetlinkProtocol.Generic);
    private readonly List<IpvsService> _added = [];
    private readonly ushort _family;

    public KernelServices() => _family = IpvsMessages.ReadFamily(_socket.Ask(IpvsMessages.FindFamily())[0]);

    public void Add(uint mark, Backend backend)
    {
        var service = new IpvsService(mark, IsV6: false, "rr");
        _socket.Ask(IpvsMessages.Add(_family, service));
        _socket.Ask(IpvsMessages.Add(_family, service, new IpvsDestination(backend.Address, backend.Port, Weight: 1)));
        _added.Add(service);
    }

    public void Remove(IpvsService service) => _socket.Ask(IpvsMessages.Remove(_family, service));

    /// <summary>All of them, with their back ends.</summary>
    public IpvsService[] List() =>
    [
        .. _socket.Ask(IpvsMessages.ListServices(_family))
            .Select(IpvsMessages.ReadService)
            .OfType<IpvsService>()
            .OrderBy(service => service.Mark),
    ];

    public void Dispose()
    {
        foreach (var service in _added)
        {
            Remove(service);
        }

        _socket.Dispose();
    }
}
