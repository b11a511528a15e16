using System.Net;
using Swarm.Net.Kernel;
using Swarm.Net.Netlink;

namespace Swarm.Net.Ipvs;

/// <summary>
/// Services of the kernel that are ours, and what is known of them, so that only differences are written. Those of
/// others are never touched.
/// </summary>
internal sealed class IpvsTable : IDisposable
{
    /// <summary>Marks are of this number's upper half, which neither Docker nor Kubernetes uses.</summary>
    public const uint FirstMark = 0x5357_0000;

    private const uint LastMark = FirstMark | 0xFFFF;

    private readonly NetlinkSocket _socket = new(NetlinkProtocol.Generic);
    private readonly ushort _family;
    private readonly Dictionary<(uint Mark, bool IsV6), Known> _known = [];
    private uint _nextMark = FirstMark;

    /// <exception cref="NetlinkException">The kernel has no IPVS, or this process may not use it.</exception>
    public IpvsTable()
    {
        try
        {
            var answer = _socket.Ask(IpvsMessages.FindFamily());
            _family = answer.Count > 0 ? IpvsMessages.ReadFamily(answer[0]) : (ushort)0;
            _socket.Ask(IpvsMessages.GetInfo(_family));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>How often something was changed.</summary>
    public long Writes { get; private set; }

    public void Dispose() => _socket.Dispose();

    /// <summary>Learns what is there of services with these marks, and forgets what was known.</summary>
    public void Load(IReadOnlySet<uint> marks)
    {
        _known.Clear();
        foreach (var service in List().Where(service => marks.Contains(service.Mark)))
        {
            var known = _known[(service.Mark, service.IsV6)] = new Known(service);
            foreach (var destination in Destinations(service))
            {
                known.Weights[(destination.Address, destination.Port)] = destination.Weight;
            }
        }
    }

    /// <summary>The back ends of a mark, those that get nothing new included.</summary>
    public IEnumerable<IpvsDestination> Of(uint mark) => FamiliesOf(mark).SelectMany(known =>
        known.Weights.Select(entry => new IpvsDestination(entry.Key.Address, entry.Key.Port, entry.Value)));

    /// <summary>Makes a virtual server of a new mark.</summary>
    /// <returns>The mark.</returns>
    /// <exception cref="NetlinkException">The kernel refused; nothing is left.</exception>
    public uint Create(VirtualServer server)
    {
        var mark = Take(server);
        try
        {
            Bring(mark, server);
            return mark;
        }
        catch (NetlinkException)
        {
            Remove(mark);
            throw;
        }
    }

    /// <summary>Makes of a mark what a virtual server says. Who is to get nothing new stays, at weight 0.</summary>
    /// <exception cref="NetlinkException">The kernel refused part of it.</exception>
    public void Bring(uint mark, VirtualServer server)
    {
        var services = ServicePlan.ServicesOf(server, mark).ToArray();
        foreach (var service in services)
        {
            if (!_known.TryGetValue((mark, service.IsV6), out var known))
            {
                Write(IpvsMessages.Add(_family, service));
                known = _known[(mark, service.IsV6)] = new Known(service);
            }
            else if (known.Service != service)
            {
                Write(IpvsMessages.Set(_family, service));
                known.Service = service;
            }

            Bring(known, ServicePlan.EligibleOf(server, service.IsV6));
        }

        foreach (var rest in FamiliesOf(mark).Where(known => services.All(each => each.IsV6 != known.Service.IsV6)))
        {
            Bring(rest, []);
        }
    }

    /// <summary>Takes a back end away, and with it its connections.</summary>
    public void Remove(uint mark, IPAddress address, int port)
    {
        if (_known.TryGetValue((mark, address.IsV6()), out var known)
            && known.Weights.Remove((address, port)))
        {
            var destination = new IpvsDestination(address, port, Weight: 0);
            TryWrite(IpvsMessages.Remove(_family, known.Service, destination));
        }
    }

    /// <summary>Takes a virtual server away, and with it all connections.</summary>
    public void Remove(uint mark)
    {
        foreach (var known in FamiliesOf(mark).ToArray())
        {
            _known.Remove((mark, known.Service.IsV6));
            TryWrite(IpvsMessages.Remove(_family, known.Service));
        }
    }

    /// <summary>Counts of a virtual server; any thread may ask.</summary>
    public IEnumerable<BackendCounters> CountersOf(VirtualServer server, uint mark)
    {
        var counts = ServicePlan
            .ServicesOf(server, mark)
            .SelectMany(Destinations)
            .ToDictionary(count => (count.Address, count.Port));
        foreach (var backend in server.Backends)
        {
            var count = counts.GetValueOrDefault((backend.Address, backend.Port));
            yield return new BackendCounters(
                server.Frontend,
                backend,
                server.Frontend.Transport == Transport.Udp ? count.Inactive : count.Active,
                (long)count.Total,
                ConnectFailures: 0);
        }
    }

    private IEnumerable<Known> FamiliesOf(uint mark)
    {
        foreach (var isV6 in new[] { false, true })
        {
            if (_known.TryGetValue((mark, isV6), out var known))
            {
                yield return known;
            }
        }
    }

    // That a service was not there tells that its mark is nobody's.
    private uint Take(VirtualServer server)
    {
        while (true)
        {
            var mark = _nextMark;
            if (mark > LastMark)
            {
                throw new NetlinkException(NetlinkException.NoSpace);
            }

            _nextMark++;
            var service = ServicePlan.ServicesOf(server, mark).First();
            try
            {
                Write(IpvsMessages.Add(_family, service));
                _known[(mark, service.IsV6)] = new Known(service);
                return mark;
            }
            catch (NetlinkException exception) when (exception.Error == NetlinkException.Exists)
            {
                // Somebody else's.
            }
        }
    }

    // Whoever comes is there before anybody goes, so that there is somebody at all times.
    private void Bring(Known known, IEnumerable<IpvsDestination> eligible)
    {
        var places = new HashSet<(IPAddress Address, int Port)>();
        foreach (var destination in eligible)
        {
            var place = (destination.Address, destination.Port);
            places.Add(place);
            if (!known.Weights.TryGetValue(place, out var weight))
            {
                Write(IpvsMessages.Add(_family, known.Service, destination));
            }
            else if (weight != destination.Weight)
            {
                Write(IpvsMessages.Set(_family, known.Service, destination));
            }

            known.Weights[place] = destination.Weight;
        }

        var leaving = known.Weights.Where(entry => entry.Value > 0 && !places.Contains(entry.Key)).ToArray();
        foreach (var ((address, port), _) in leaving)
        {
            Write(IpvsMessages.Set(_family, known.Service, new IpvsDestination(address, port, Weight: 0)));
            known.Weights[(address, port)] = 0;
        }
    }

    private IEnumerable<IpvsService> List() => _socket
        .Ask(IpvsMessages.ListServices(_family))
        .Select(IpvsMessages.ReadService)
        .OfType<IpvsService>();

    private IEnumerable<IpvsDestination> Destinations(IpvsService service) => _socket
        .Ask(IpvsMessages.ListDestinations(_family, service))
        .Select(message => IpvsMessages.ReadDestination(message, service.IsV6))
        .OfType<IpvsDestination>();

    private void Write(NetlinkWriter message)
    {
        Writes++;
        _socket.Ask(message);
    }

    // Whatever is to go may be gone already.
    private void TryWrite(NetlinkWriter message)
    {
        try
        {
            Write(message);
        }
        catch (NetlinkException exception) when (exception.IsSurprise)
        {
            // It is.
        }
    }

    private sealed class Known(IpvsService service)
    {
        public IpvsService Service { get; set; } = service;

        public Dictionary<(IPAddress Address, int Port), uint> Weights { get; } = [];
    }
}
