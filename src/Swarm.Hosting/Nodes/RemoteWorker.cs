using Swarm.Agents;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Hosting.Nodes;

/// <summary>One worker of this process that joins managers over the network, and stays what it is over restarts.</summary>
internal sealed class RemoteWorker(NodeSetup setup, SwarmWorkerOptions options, string directory, IExecutor executor)
    : IAsyncDisposable
{
    /// <summary>How long the host's start waits for the managers; the attempt then goes on by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NodeDirectory _directory = new(Path.Combine(directory, "swarm"));
    private IMembership? _membership;
    private Task _joining = Task.CompletedTask;

    /// <summary>Takes up the saved membership, or joins.</summary>
    /// <exception cref="SwarmException">A manager refuses; the text says why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        if (_directory.Load() is { } saved
            && _directory.Identity.Load(unlockKey: default, setup.Time.GetUtcNow()) is var (identity, encryption))
        {
            Begin(new MemberAgent(setup, _directory, identity, encryption, saved, executor));
            return;
        }

        var joining = new JoiningMembership(setup, _directory, Request(), Addresses(), executor);
        _membership = joining;
        _joining = JoinAsync(joining);
        try
        {
            await _joining.WaitAsync(Patience, setup.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // No manager answers yet. The node comes in when one does.
        }
    }

    public async Task StopAsync(CancellationToken impatience)
    {
        if (_membership is { } membership)
        {
            await membership.StopAsync(TasksAtEnd.Stop, impatience);
            await Loops.IgnoreAsync(_joining);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_membership is { } membership)
        {
            await membership.DisposeAsync();
        }

        await LocalWorkers.DisposeAsync(executor);
    }

    private async Task JoinAsync(JoiningMembership joining)
    {
        var worker = await joining.RunAsync();
        Begin(worker);
        await joining.DisposeAsync();
        await worker.Registered;
    }

    private void Begin(MemberAgent worker)
    {
        worker.Start();
        _membership = new WorkerMembership(worker);
    }

    private SwarmJoinRequest Request() => new(
        ListenAddress: "",
        options.AdvertiseAddress ?? "",
        DataPathAddress: "",
        [options.JoinAddress!],
        options.JoinToken ?? throw SwarmException.InvalidArgument(
            $"the worker of {directory} is no member yet and needs a JoinToken; \"docker swarm join-token worker\" on a "
            + "manager prints it"),
        NodeAvailability.Active);

    private NodeAddresses Addresses() => JoinAddresses.Of(Request(), new SwarmManagerOptions());
}
