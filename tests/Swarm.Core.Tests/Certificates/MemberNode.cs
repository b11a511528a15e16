using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Certificates.Nodes;

namespace Swarm.Core.Tests.Certificates;

/// <summary>A node that has joined: it renews, listens in its session, and reports its certificate.</summary>
internal sealed class MemberNode : IDisposable
{
    private static readonly TimeSpan SessionPeriod = TimeSpan.FromSeconds(1);

    private readonly AuthorityFixture _swarm;
    private readonly CancellationTokenSource _stop = new();
    private NodeTlsInfo? _reported;

    public MemberNode(AuthorityFixture swarm, string token, int seed)
    {
        _swarm = swarm;
        Connector = new FakeConnector(swarm.Connector);
        Current = new(swarm.Join(token, Disk), KeyEncryptionKey.None);
        Files = new(Disk);
        Renewal = new(
            Current,
            Files,
            Connector,
            new Random(seed),
            swarm.Simulation.Time,
            NullLogger<CertificateRenewal>.Instance);
    }

    public MemoryDisk Disk { get; } = new();

    public FakeConnector Connector { get; }

    public IdentityFiles Files { get; }

    public CurrentIdentity Current { get; }

    public CertificateRenewal Renewal { get; }

    public NodeId Id => Current.Value.NodeId;

    /// <summary>Starts to renew; without a session nobody tells it anything.</summary>
    public void StartRenewal() => _ = _swarm.Simulation.StartAsync(() => Renewal.RunAsync(_stop.Token));

    public MemberNode Start()
    {
        StartRenewal();
        _ = _swarm.Simulation.StartAsync(LiveAsync);
        _swarm.Simulation.Settle();
        return this;
    }

    /// <summary>The machine is off, and the managers have noticed.</summary>
    public void Die()
    {
        _stop.Cancel();
        _swarm.Simulation.Settle();
        _swarm.Register(Current.Value, NodeState.Down);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task LiveAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (_swarm.Store.Current.Nodes.Find(Id.Value) is { } node)
            {
                Renewal.Observe(node);
                Renewal.AdoptRoot(_swarm.Cluster.RootCa.Certificate);
                await ReportAsync();
            }

            await Task.Delay(SessionPeriod, _swarm.Simulation.Time, _stop.Token);
        }
    }

    private async Task ReportAsync()
    {
        var identity = Current.Value;
        if (_reported == identity.TlsInfo)
        {
            return;
        }

        await _swarm.Store.UpdateAsync(transaction =>
        {
            if (transaction.Nodes.Find(Id.Value) is { } node)
            {
                transaction.Update(node with
                {
                    Status = new(NodeState.Ready),
                    Description = new() { Hostname = "host", Tls = identity.TlsInfo },
                });
            }
        });
        _reported = identity.TlsInfo;
    }
}
