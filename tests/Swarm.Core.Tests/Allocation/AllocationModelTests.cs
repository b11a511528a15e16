using Swarm.Allocation.Addressing;

namespace Swarm.Core.Tests.Allocation;

/// <summary>
/// Random users, nodes and leaders: whatever happens, no address is anybody else's and what the books show as taken is
/// what the store shows.
/// </summary>
public sealed class AllocationModelTests : AllocatorFixture
{
    private const int Changes = 10_000;
    private const int ChangesPerLeader = Changes / 50;

    private readonly List<Network> _networks = [];
    private readonly List<Service> _services = [];
    private readonly List<SwarmTask> _tasks = [];
    private readonly List<Node> _nodes = [];
    private Random _random = new(0);
    private int _names;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Scenario_R50_No_address_is_given_twice_and_none_is_lost(int seed)
    {
        _random = new Random(seed);
        CreateIngress();
        Start();
        var taken = 0;
        for (var i = 1; i <= Changes; i++)
        {
            ChangeSomething();
            if (_random.Next(3) == 0)
            {
                Simulation.Settle();
                taken = Math.Max(taken, CheckBooks());
            }

            if (i % ChangesPerLeader == 0)
            {
                Stop();
                Start();
                CheckBooks();
            }
        }

        Assert.InRange(taken, 50, int.MaxValue);
    }

    private void ChangeSomething()
    {
        switch (_random.Next(100))
        {
            case < 4 when _networks.Count < 8:
                _networks.Add(CreateNetwork($"n{_names++}", RandomNetwork));
                break;
            case < 6:
                RemoveAny(_networks.FindAll(network => !IsUsed(network)), network => _networks.Remove(network));
                break;
            case < 8 when _nodes.Count < 6:
                _nodes.Add(CreateNode($"node{_names++}"));
                break;
            case < 9:
                RemoveAny(_nodes, node => _nodes.Remove(node));
                break;
            case < 17 when _services.Count < 25:
                _services.Add(CreateService(RandomService(new())));
                break;
            case < 24 when Pick(_services) is { } service:
                Update(service, RandomService);
                break;
            case < 29:
                RemoveAny(_services, service => _services.Remove(service));
                break;
            case < 60 when Pick(_services) is { } service && _tasks.Count < 150:
                _tasks.Add(CreateTask(Store.Current.Services.Find(service.Key)!));
                break;
            case < 80 when Pick(_tasks) is { } task:
                Move(task);
                break;
            case < 85 when Pick(_tasks) is { } task:
                Change(task, item => item with { DesiredState = TaskState.Shutdown });
                break;
            default:
                RemoveAny(_tasks, task => _tasks.Remove(task));
                break;
        }
    }

    private NetworkSpec RandomNetwork(NetworkSpec spec) => _random.Next(4) switch
    {
        0 => spec with { Driver = new("bridge") },
        1 => spec with { Ipam = new() { Configs = [new($"10.77.{_random.Next(8)}.0/28")] } },
        2 => spec with { Ipam = new() { Configs = [new($"10.77.{_random.Next(8)}.0/29"), new("fd00:1::/120")] } },
        _ => spec,
    };

    private ServiceSpec RandomService(ServiceSpec spec)
    {
        var ports = _random.Next(4) == 0 ? new[] { new PortPublication(80) } : [];
        return spec with
        {
            TaskTemplate = On([.. _networks.Where(_ => _random.Next(3) == 0)]),
            Endpoint = _random.Next(5) switch
            {
                0 => null,
                1 => new() { Mode = ResolutionMode.DnsRoundRobin },
                _ => new() { Ports = ports.ToValueList() },
            },
        };
    }

    // Tasks are assigned, run and end; never back.
    private void Move(SwarmTask task) => Change(task, item => item.Status.State switch
    {
        TaskState.Pending when Pick(_nodes) is { } node => item with
        {
            NodeId = node.Id,
            Status = item.Status with { State = TaskState.Assigned },
        },
        TaskState.Assigned => item with { Status = item.Status with { State = TaskState.Running } },
        _ => item with { Status = item.Status with { State = TaskState.Failed } },
    });

    private T? Pick<T>(List<T> items) => items.Count == 0 ? default : items[_random.Next(items.Count)];

    private void RemoveAny<T>(List<T> items, Action<T> forget)
        where T : ClusterObject
    {
        if (Pick(items) is { } item)
        {
            forget(item);
            Remove(item);
        }
    }

    private bool IsUsed(Network network) => _services.Exists(service =>
        Read(service).Spec.TaskTemplate.Networks.Any(item => item.Target == network.Id.Value));

    private int CheckBooks()
    {
        var networks = Store.Current.Networks.Where(network => network.Ipam is not null).ToArray();
        var shown = Shown().ToLookup(item => item.Network, item => item.Address);
        foreach (var network in networks)
        {
            var pools = Allocator.State.Addresses.Networks[network.Id].Pools;
            string[] all = [.. shown[network.Id], .. network.Ipam!.Configs.Select(config => config.Gateway)];
            Assert.Equal(all.Length, all.Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(pools.Count == 0 ? 0 : all.Length, pools.Sum(pool => (int)pool.Used));
            Assert.All(shown[network.Id], address => Assert.Contains(pools, pool => IsIn(pool.Subnet, address)));
        }

        var subnets = networks.SelectMany(network => Allocator.State.Addresses.Networks[network.Id].Pools).ToArray();
        Assert.All(subnets, pool => Assert.Single(subnets, other => other.Subnet.Overlaps(pool.Subnet)));
        var vnis = networks.SelectMany(network => Allocator.State.Addresses.Networks[network.Id].Vnis).ToArray();
        Assert.Equal(vnis.Length, vnis.Distinct().Count());
        return shown.Sum(group => group.Count());
    }

    private IEnumerable<(NetworkId Network, string Address)> Shown()
    {
        var view = Store.Current;
        var attachments = view.Tasks.Where(task => task.Status.State <= TaskState.Running)
            .SelectMany(task => task.Networks)
            .Concat(view.Nodes.SelectMany(node => node.Attachments));
        return attachments
            .SelectMany(item => item.Addresses.Select(address => (item.Network.Id, address)))
            .Concat(view.Services.SelectMany(service => service.Endpoint?.VirtualAddresses ?? default)
                .Where(item => item.Address.Length > 0)
                .Select(item => (item.NetworkId, item.Address)))
            .Where(item => view.Networks.Find(item.Item1.Value) is not null);
    }

    private static bool IsIn(Subnet subnet, string address) =>
        Subnet.TryParse(address, out var own, out _) && own == subnet;
}
