using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Swarm.Execution;
using Swarm.Hosting.Nodes;

namespace Swarm.Tool.Commands;

/// <summary>
/// A swarm of one node that ends with this process and leaves nothing: its state is in a temporary directory, and it
/// has an address of the machine to itself, so that any number of them run side by side.
/// </summary>
internal sealed class EphemeralSwarm : IAsyncDisposable
{
    private const int Port = 2377;
    private const int Attempts = 20;

    private readonly DirectoryInfo _folder;
    private readonly IHost _host;
    private readonly ProcessExecutorOptions? _processes;

    private EphemeralSwarm(
        DirectoryInfo folder, string address, IHost host, ProcessExecutorOptions? processes, RecentLog log) =>
        (_folder, Address, _host, _processes, Log) = (folder, address, host, processes, log);

    /// <summary>Where published ports are answered.</summary>
    public string Address { get; }

    /// <summary>The last lines of its log.</summary>
    public RecentLog Log { get; }

    /// <summary>Address of its Docker API.</summary>
    public string Endpoint => EndpointIn(_folder);

    /// <summary>Set when the process is asked to end.</summary>
    public CancellationToken Stopping =>
        _host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>Starts one; it can be talked to afterwards.</summary>
    public static async Task<EphemeralSwarm> StartAsync(
        string executor, string? engine, TextWriter warnings, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("swarm-");
        try
        {
            var address = ChooseAddress();
            var log = new RecentLog(warnings, TimeProvider.System);
            var settings = new DaemonSettings(
                [EndpointIn(folder)],
                Path.Combine(folder.FullName, "state"),
                $"{address}:{Port}",
                address,
                executor,
                engine,
                Hostname: null,
                Labels: [],
                Dashboard: "off",
                DashboardActions: false,
                MetricsAddress: null,
                Secrets: "sealed",
                KeepTasks: false,
                Dataplane: "userspace",
                Initialize: true);
            if (settings.Fault() is { } fault)
            {
                throw new IOException(fault);
            }

            ProcessExecutorOptions? processes = null;
            var host = Daemon.Build(settings, logging => logging.AddProvider(log), options => processes = options);
            try
            {
                CoreDumps.TryForbid();
                await host.StartAsync(cancellationToken);
                return new(folder, address, host, processes, log);
            }
            catch
            {
                host.Dispose();
                throw;
            }
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_processes is not null)
        {
            // There is no other node whose clients could be turned away in time.
            _processes.DrainDelay = TimeSpan.Zero;
        }

        // A node that only stops leaves what its tasks wrote for its next life, with an engine also its containers.
        var node = _host.Services.GetRequiredService<ISwarmNode>();
        if (node.State != LocalNodeState.Inactive)
        {
            await node.LeaveAsync(force: true, CancellationToken.None);
        }

        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string EndpointIn(DirectoryInfo folder) => $"unix://{folder.FullName}/api.sock";

    // All of 127.0.0.0/8 belongs to the machine. Between 64 and 191 are the addresses that stand for networks.
    private static string ChooseAddress()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var address = new IPAddress(
            [
                127,
                (byte)RandomNumberGenerator.GetInt32(192, 255),
                (byte)RandomNumberGenerator.GetInt32(256),
                (byte)RandomNumberGenerator.GetInt32(1, 255),
            ]);
            using var probe = new TcpListener(address, Port);
            try
            {
                probe.Start();
                return address.ToString();
            }
            catch (SocketException)
            {
                // Somebody else has it, or this system has 127.0.0.1 only.
            }
        }

        throw new IOException(
            $"no loopback address with a free port {Port} was found in {Attempts} attempts; "
            + $"does something listen at 0.0.0.0:{Port}?");
    }
}
