using System.Globalization;
using System.Net;
using Swarm.Scheduling;

namespace Swarm.Allocation.Addressing;

/// <summary>
/// Gives networks their subnets, gateways and VXLAN ids, exactly as SwarmKit does; taking up a network that has them
/// already is the same operation.
/// </summary>
/// <remarks>Pure bookkeeping; not thread-safe: one loop owns it.</remarks>
internal sealed class NetworkAllocator
{
    private const uint FirstVni = 4096;
    private const uint LastVni = (1 << 24) - 1;
    private const int DefaultSize = 24;
    private const string DefaultPool = "10.0.0.0/8";

    private readonly SubnetPlan _subnets;
    private readonly NumberSpace _vnis = new(LastVni);

    /// <param name="pools">Default address pools in CIDR notation; none means 10.0.0.0/8.</param>
    /// <param name="size">Length of the prefix of subnets taken from them; 0 means 24.</param>
    public NetworkAllocator(IEnumerable<string> pools, int size)
    {
        string[] given = [.. pools];
        _subnets = new SubnetPlan(
            (given.Length == 0 ? [DefaultPool] : given).Where(text => Subnet.TryParse(text, out _)).Select(Parse),
            size == 0 ? DefaultSize : size);
    }

    /// <summary>Addresses on the networks that were allocated.</summary>
    public AddressBook Addresses { get; } = new();

    /// <summary>Gives a network what it needs; nothing changes when that fails.</summary>
    /// <param name="network">The network; what it has already is kept.</param>
    /// <param name="problem">Why it failed; empty when it did not.</param>
    /// <returns>The network as it is to be stored; null when it failed.</returns>
    public Network? Allocate(Network network, out string problem)
    {
        var driver = NetworkDrivers.NameOf(network.Spec);
        if (NetworkDrivers.IsNodeLocal(driver))
        {
            problem = "";
            Addresses.Add(network.Id, new(network.Spec.Name, [], []));
            return network with { DriverState = new(driver), Ipam = new() { Driver = new("") } };
        }

        var ipam = network.Spec.Ipam?.Driver is { Name.Length: > 0 } manager
            ? manager.Name
            : NetworkDrivers.DefaultIpam;
        problem = driver != NetworkDrivers.Overlay ? $"could not resolve network driver {driver}"
            : ipam != NetworkDrivers.DefaultIpam ? $"could not resolve IPAM driver {ipam}"
            : "";
        return problem.Length == 0 ? AllocateOverlay(network, out problem) : null;
    }

    /// <summary>Takes back all that a network and its members have.</summary>
    /// <returns>True when something became free.</returns>
    public bool Release(NetworkId id)
    {
        if (Addresses.Remove(id) is not { } network)
        {
            return false;
        }

        foreach (var pool in network.Pools)
        {
            _subnets.Free(pool.Subnet);
        }

        FreeVnis(network.Vnis);
        return true;
    }

    private static Subnet Parse(string text) => Subnet.TryParse(text, out var subnet)
        ? subnet
        : throw new ArgumentException($"{text} is no subnet", nameof(text));

    private Network? AllocateOverlay(Network network, out string problem)
    {
        var wanted = network.Ipam?.Configs ?? network.Spec.Ipam?.Configs ?? default;
        if (wanted.IsEmpty)
        {
            wanted = [new IpamConfig("", Family: IpamFamily.IPv4)];
        }

        var (pools, configs) = (new List<AddressPool>(), new List<IpamConfig>());
        foreach (var config in wanted)
        {
            if (AllocatePool(config, out problem) is not { } allocated)
            {
                FreeSubnets(pools);
                return null;
            }

            pools.Add(allocated.Pool);
            configs.Add(allocated.Config);
        }

        if (TakeVnis(network, configs, out problem) is not { } vnis)
        {
            FreeSubnets(pools);
            return null;
        }

        // Virtual addresses and tasks get IPv4 where there is any.
        Addresses.Add(network.Id, new(network.Spec.Name, [.. pools.OrderBy(pool => !pool.Subnet.IsIPv4)], vnis));
        return network with
        {
            DriverState = new(NetworkDrivers.Overlay, OptionsOf(network).With(NetworkDrivers.VniOption, Join(vnis))),
            Ipam = new()
            {
                Driver = new(NetworkDrivers.DefaultIpam, network.Spec.Ipam?.Driver?.Options ?? default),
                Configs = configs.ToValueList(),
            },
        };
    }

    private (AddressPool Pool, IpamConfig Config)? AllocatePool(IpamConfig config, out string problem)
    {
        problem = "";
        Subnet subnet = default;
        if (config.Subnet.Length > 0 && !Subnet.TryParse(config.Subnet, out subnet))
        {
            problem = $"invalid subnet {config.Subnet}";
        }
        else if (config.Subnet.Length > 0 && !_subnets.Take(subnet))
        {
            problem = $"Pool overlaps with other one on this address space: {config.Subnet}";
        }
        else if (config.Subnet.Length == 0)
        {
            if (_subnets.TakeDefault() is { } free)
            {
                subnet = free;
            }
            else
            {
                problem = "could not find an available, non-overlapping IPv4 address pool "
                    + "among the defaults to assign to the network";
            }
        }

        if (problem.Length > 0)
        {
            return null;
        }

        AddressPool pool = new(subnet, Subnet.TryParse(config.Range, out var range) ? range : null);
        if (GatewayOf(pool, config, out problem) is not { } gateway)
        {
            _subnets.Free(subnet);
            return null;
        }

        foreach (var (_, reserved) in config.Reserved)
        {
            if (AddressRange.ParseAddress(reserved) is { } address)
            {
                pool.Take(address);
            }
        }

        return (pool, config with
        {
            Subnet = config.Subnet.Length == 0 ? subnet.ToString() : config.Subnet,
            Gateway = config.Gateway.Length == 0 ? gateway.ToString() : config.Gateway,
        });
    }

    private static IPAddress? GatewayOf(AddressPool pool, IpamConfig config, out string problem)
    {
        problem = "";
        if (config.Gateway.Length == 0)
        {
            if (pool.TakeNext() is { } ordinal)
            {
                return pool.Subnet.AddressAt(ordinal);
            }
        }
        else if (AddressRange.ParseAddress(config.Gateway) is { } address && pool.Take(address))
        {
            return address;
        }

        problem = $"there is no address for a gateway {config.Gateway} in {pool.Subnet}";
        return null;
    }

    private List<uint>? TakeVnis(Network network, List<IpamConfig> configs, out string problem)
    {
        problem = "";
        var taken = new List<uint>();
        var wanted = OptionsOf(network)[NetworkDrivers.VniOption] is { Length: > 0 } list ? list.Split(',') : [];
        foreach (var config in configs)
        {
            if (config.Family == IpamFamily.IPv6)
            {
                continue;
            }

            if (taken.Count >= wanted.Length)
            {
                if (_vnis.TakeNext(FirstVni, LastVni) is { } next)
                {
                    taken.Add((uint)next);
                    continue;
                }

                problem = "could not obtain vxlan id: there is none left";
            }
            else if (uint.TryParse(wanted[taken.Count], CultureInfo.InvariantCulture, out var vni) && _vnis.Take(vni))
            {
                taken.Add(vni);
                continue;
            }
            else
            {
                problem = $"could not obtain vxlan id {wanted[taken.Count]} for pool {config.Subnet}";
            }

            FreeVnis(taken);
            return null;
        }

        return taken;
    }

    private void FreeVnis(IEnumerable<uint> vnis)
    {
        foreach (var vni in vnis)
        {
            _vnis.Free(vni);
        }
    }

    private void FreeSubnets(List<AddressPool> pools)
    {
        foreach (var pool in pools)
        {
            _subnets.Free(pool.Subnet);
        }
    }

    private static ValueDictionary<string> OptionsOf(Network network)
    {
        var options = network.Spec.Driver?.Options ?? default;
        foreach (var (key, value) in network.DriverState?.Options ?? default)
        {
            options = options.With(key, value);
        }

        return options;
    }

    private static string Join(IEnumerable<uint> vnis) =>
        string.Join(',', vnis.Select(vni => vni.ToString(CultureInfo.InvariantCulture)));
}
