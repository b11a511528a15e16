using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Wire.Client;

namespace Swarm.Hosting.Nodes;

/// <summary>This process on its way into a swarm: it has a token and asks for a certificate until it is left alone.</summary>
internal sealed partial class JoiningMembership(
    NodeSetup setup,
    NodeDirectory directory,
    SwarmJoinRequest request,
    NodeAddresses addresses,
    IExecutor executor) : IMembership
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger = setup.Loggers.CreateLogger<JoiningMembership>();
    private readonly ManagerPeer[] _managers =
        [.. request.RemoteAddresses.Select(address => new ManagerPeer(default, WithPort(address), 0))];

    private string _error = "";

    public LocalNodeState State => _error.Length > 0 ? LocalNodeState.Error : LocalNodeState.Pending;

    public string Error => _error;

    public NodeId NodeId => default;

    public string Address => addresses.AdvertiseHost;

    public bool IsManager => false;

    public ISwarmClient Client => throw NodeErrors.NotInSwarm();

    public IReadOnlyList<ManagerPeer> Managers => _managers;

    public bool AgentsAreReady => false;

    /// <summary>Joins; tries again as long as no manager can be reached.</summary>
    /// <returns>The node, which has not begun to work. Its identity says as what it was let in.</returns>
    /// <exception cref="SwarmException">A manager refuses; the text says why.</exception>
    public async Task<MemberAgent> RunAsync()
    {
        while (true)
        {
            try
            {
                return await JoinAsync();
            }
            catch (SwarmException exception) when (exception.Code
                is SwarmErrorCode.Unavailable or SwarmErrorCode.NoLeader or SwarmErrorCode.ResourceExhausted)
            {
                LogRetry(exception.Message);
                await Task.Delay(RetryDelay, setup.Time, _stop.Token);
            }
            catch (SwarmException exception)
            {
                _error = exception.Message;
                throw;
            }
        }
    }

    public void RequireHarmlessLeave()
    {
        // Nothing is lost by a join that is given up.
    }

    public Task StopAsync(TasksAtEnd tasks, CancellationToken impatience) => _stop.CancelAsync();

    public ValueTask DisposeAsync()
    {
        _stop.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<MemberAgent> JoinAsync()
    {
        var choice = new ManagerChoice(setup.NewRandom());
        choice.Set(_managers);
        var join = new NodeJoin(
            new WireAuthorityConnector(choice, setup.Time),
            directory.Identity,
            setup.NewRandom(),
            setup.Time);
        var (identity, encryption) = await join.RunAsync(request.JoinToken, request.Availability, _stop.Token);
        var saved = new SavedMembership(addresses, _managers);
        directory.Save(saved);
        return new MemberAgent(setup, directory, identity, encryption, saved, executor);
    }

    private static string WithPort(string address) =>
        address.LastIndexOf(':') > address.LastIndexOf(']') && (address.StartsWith('[') || !IsBareIPv6(address))
            ? address
            : $"{(IsBareIPv6(address) ? $"[{address}]" : address)}:{AdvertiseAddress.DefaultPort}";

    private static bool IsBareIPv6(string address) => address.Count(c => c == ':') > 1 && !address.StartsWith('[');

    [LoggerMessage(4020, LogLevel.Information, "Still joining: {Reason}")]
    private partial void LogRetry(string reason);
}
