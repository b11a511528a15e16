using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Swarm.Net;
using Swarm.Net.Balancing;

namespace Swarm.Benchmarks.Routing;

/// <summary>New tables for 10,000 services of ten back ends each, of which one drains and comes back by turns.</summary>
[MemoryDiagnoser]
public class TableSwap
{
    private const int Services = 10_000;

    private readonly ServerBalancer[] _balancers = new ServerBalancer[Services];
    private readonly VirtualServer[][] _states = [new VirtualServer[Services], new VirtualServer[Services]];
    private int _turn;

    [GlobalSetup]
    public void MakeServices()
    {
        for (var i = 0; i < Services; i++)
        {
            var backends = RoutingFixture.Backends(10);
            _states[0][i] = RoutingFixture.Server(i, backends);
            _states[1][i] = RoutingFixture.Server(i, Drained(backends));
            _balancers[i] = new ServerBalancer();
            _balancers[i].Update(_states[0][i], drainDeadline: 1, second: 1);
        }
    }

    [Benchmark]
    public int OneBackendOfEachChanges()
    {
        var state = _states[_turn ^= 1];
        var changed = 0;
        for (var i = 0; i < Services; i++)
        {
            changed += _balancers[i].Update(state[i], drainDeadline: 1, second: 1) ? 1 : 0;
        }

        return changed;
    }

    private static ImmutableArray<Backend> Drained(ImmutableArray<Backend> backends) =>
        backends.SetItem(3, backends[3] with { State = BackendState.Draining });
}
