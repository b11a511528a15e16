using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Net.Overlay;

namespace Swarm.Net;

/// <summary>
/// Networks over VXLAN, as Docker's <c>overlay</c> driver makes them: a bridge and a tunnel per network, a network
/// namespace per member. Needs Linux, root, and the programs <c>nft</c> and <c>conntrack</c>;
/// <see cref="FindObstacleAsync"/> tells whether they are there.
/// </summary>
/// <remarks>
/// <para>
/// Who is behind which machine is told by the caller and written down for the kernel, so that nothing is learnt from
/// packets and no question is broadcast. Virtual addresses are translated in the namespace of whoever uses them.
/// Encrypted networks use ESP between machines; where the kernel has none, nothing gets on them, and what comes or goes
/// of them in the clear is dropped. IPv4 only.
/// </para>
/// <para>
/// Everything stays when the process ends: members go on, and the next process takes over what it finds under its
/// owner's name. Of that, what nobody wants is removed, but for the namespace of a member that something still runs in.
/// All members may be called from any thread.
/// </para>
/// </remarks>
public sealed partial class VxlanOverlay : IOverlay
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly WriteCount _writes = new();
    private readonly Dictionary<int, NetworkSandbox> _networks = [];
    private readonly Dictionary<string, MemberSandbox> _members = new(StringComparer.Ordinal);
    private readonly OverlayOptions _options;
    private readonly ILogger _logger;
    private NetworkNamespace? _space;
    private NamespaceLinks? _machine;
    private Encryption? _encryption;
    private OutsideBridge? _outside;
    private bool _isDisposed;

    /// <summary>Makes an overlay; nothing is changed before the first state is applied.</summary>
    /// <param name="options">Options.</param>
    /// <param name="logger">The log; null means none.</param>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public VxlanOverlay(OverlayOptions options, ILogger<VxlanOverlay>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        OverlayRules.Require(options);
        _options = options;
        _logger = logger ?? NullLogger<VxlanOverlay>.Instance;
    }

    /// <summary>How often the kernel was written to.</summary>
    public long Writes => _writes.Value;

    /// <inheritdoc/>
    public async ValueTask<OverlayReport> ApplyAsync(OverlayState state, CancellationToken cancellationToken)
    {
        OverlayRules.Require(state);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return await BringAsync(state, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets go. What there is goes on; whoever wants it gone applies the empty state before.</summary>
    /// <returns>Completes when a call that is under way has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            foreach (var network in _networks.Values)
            {
                network.Dispose();
            }

            foreach (var member in _members.Values)
            {
                member.Dispose();
            }

            _encryption?.Dispose();
            _machine?.Dispose();
            _space?.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<OverlayReport> BringAsync(OverlayState state, CancellationToken cancellationToken)
    {
        var failures = ImmutableArray.CreateBuilder<OverlayFailure>();
        var machine = Open();
        if (Leftovers.Find(_options, state, _members.Keys) is var leftovers)
        {
            foreach (var member in leftovers.Removable)
            {
                Remove(member);
            }
        }

        var ready = await BringNetworksAsync(state, machine, leftovers, failures, cancellationToken);
        await BringOutsideAsync(state, machine, leftovers, failures, cancellationToken);
        var places = ImmutableArray.CreateBuilder<OverlayPlace>();
        foreach (var member in state.Members)
        {
            if (await TryAsync(member.Name, () => BringAsync(member, ready, cancellationToken), failures) is { } place)
            {
                places.Add(place);
            }
        }

        if (leftovers.Living.Count == 0)
        {
            foreach (var vni in Leftovers.Networks(_options).Except(state.Networks.Select(network => network.Vni)))
            {
                RemoveNetwork(vni);
            }
        }

        return new OverlayReport(places.ToImmutable(), failures.ToImmutable());
    }

    private NamespaceLinks Open()
    {
        _space ??= NetworkNamespace.Open(_options.Namespace);
        _machine ??= new NamespaceLinks(_space, _writes);
        _encryption ??= new Encryption(_options, _space, _writes);
        return _machine;
    }

    // Guards come before what they guard.
    private async Task<Dictionary<string, OverlayNetwork>> BringNetworksAsync(
        OverlayState state,
        NamespaceLinks machine,
        Leftovers leftovers,
        ImmutableArray<OverlayFailure>.Builder failures,
        CancellationToken cancellationToken)
    {
        var obstacle = await _encryption!.BringAsync(state, cancellationToken);
        var ready = new Dictionary<string, OverlayNetwork>(StringComparer.Ordinal);
        foreach (var network in state.Networks)
        {
            if (network.IsEncrypted && obstacle is not null)
            {
                failures.Add(new OverlayFailure(network.Id, obstacle));
                RemoveNetwork(network.Vni);
                continue;
            }

            if (Try(network.Id, () => Bring(network, state, machine, leftovers), failures))
            {
                ready.Add(network.Id, network);
            }
        }

        return ready;
    }

    private void Bring(OverlayNetwork network, OverlayState state, NamespaceLinks machine, Leftovers leftovers)
    {
        if (!_networks.TryGetValue(network.Vni, out var sandbox))
        {
            sandbox = new NetworkSandbox(OverlayNames.PathOf(_options, network.Vni), _writes);
            _networks.Add(network.Vni, sandbox);
        }

        sandbox.Bring(network, _options, machine);
        var here = state.Members
            .Where(member => member.Endpoints.Any(endpoint => endpoint.Network == network.Id))
            .Select(member => member.Name);
        sandbox.KeepWires(here.Concat(leftovers.Living).Select(OverlayNames.WireOf).ToHashSet(StringComparer.Ordinal));
    }

    private async Task BringOutsideAsync(
        OverlayState state,
        NamespaceLinks machine,
        Leftovers leftovers,
        ImmutableArray<OverlayFailure>.Builder failures,
        CancellationToken cancellationToken)
    {
        if (state.Members.IsEmpty && leftovers.Living.Count == 0)
        {
            _outside = null;
            await OutsideBridge.RemoveAsync(_options, machine, _writes);
            return;
        }

        Try(
            "outside",
            () =>
            {
                _outside ??= OutsideBridge.Require(
                    _options, machine, _writes, [.. state.Networks.SelectMany(network => network.Subnets)]);
                _outside.KeepWires(state.Members
                    .Select(member => member.Name)
                    .Concat(leftovers.Living)
                    .Select(OverlayNames.WireOf)
                    .ToHashSet(StringComparer.Ordinal));
            },
            failures);
        if (_outside is { } outside)
        {
            await TryAsync<object>(
                "outside",
                async () =>
                {
                    await outside.BringRulesAsync(cancellationToken);
                    return outside;
                },
                failures);
        }
    }

    private async Task<OverlayPlace> BringAsync(
        OverlayMember member,
        Dictionary<string, OverlayNetwork> ready,
        CancellationToken cancellationToken)
    {
        var outside = _outside ?? throw new IOException("this machine gives no way to the outside");
        var missing = member.Endpoints.FirstOrDefault(endpoint => !ready.ContainsKey(endpoint.Network));
        if (missing is not null)
        {
            // What it had on it is over; what else it has stays.
            throw new IOException($"network {missing.Network} is not there");
        }

        var sandbox = RequireMember(member.Name);
        sandbox.BringItself();
        sandbox.KeepOnly(member);
        foreach (var endpoint in member.Endpoints)
        {
            var network = ready[endpoint.Network];
            sandbox.Bring(endpoint, network, _networks[network.Vni]);
        }

        var address = sandbox.OutsideAddress is { } own && outside.Subnet.Contains(own) ? own : FreeAddress(outside);
        sandbox.BringOutside(outside, address, member.HasWayOut);
        await sandbox.Rules.BringAsync(
            member.Endpoints.Select(endpoint => ready[endpoint.Network]), _options, _writes, cancellationToken);
        return new OverlayPlace(member.Name, sandbox.Path, address);
    }

    private MemberSandbox RequireMember(string name)
    {
        if (!_members.TryGetValue(name, out var sandbox))
        {
            sandbox = new MemberSandbox(name, OverlayNames.PathOf(_options, name), _writes);
            _members.Add(name, sandbox);
        }

        return sandbox;
    }

    // Those of an earlier process that have not been asked for yet keep theirs.
    private IPAddress FreeAddress(OutsideBridge outside)
    {
        var taken = new HashSet<IPAddress>();
        foreach (var name in Leftovers.Members(_options))
        {
            if (AddressOf(name) is { } address)
            {
                taken.Add(address);
            }
        }

        return outside.Free(taken);
    }

    private IPAddress? AddressOf(string member)
    {
        if (_members.TryGetValue(member, out var known))
        {
            return known.OutsideAddress;
        }

        using var other = new MemberSandbox(member, OverlayNames.PathOf(_options, member), _writes);
        return other.OutsideAddress;
    }

    private void Remove(string member)
    {
        var sandbox = RequireMember(member);
        _members.Remove(member);
        sandbox.Remove();
        LogRemoved(member);
    }

    private void RemoveNetwork(int vni)
    {
        var path = OverlayNames.PathOf(_options, vni);
        if (!_networks.Remove(vni, out var sandbox))
        {
            if (!File.Exists(path))
            {
                return;
            }

            sandbox = new NetworkSandbox(path, _writes);
        }

        sandbox.Remove(_writes);
        LogRemoved(Path.GetFileName(path));
    }

    private bool Try(string subject, Action work, ImmutableArray<OverlayFailure>.Builder failures)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(subject, exception, failures);
            return false;
        }
    }

    private async Task<T?> TryAsync<T>(
        string subject,
        Func<Task<T>> work,
        ImmutableArray<OverlayFailure>.Builder failures)
        where T : class
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(subject, exception, failures);
            return null;
        }
    }

    private void Fail(string subject, Exception exception, ImmutableArray<OverlayFailure>.Builder failures)
    {
        LogRefused(subject, exception.Message);
        failures.Add(new OverlayFailure(subject, exception.Message));
    }

    [LoggerMessage(3200, LogLevel.Warning, "{Subject} of the overlay is not as it should be: {Reason}")]
    private partial void LogRefused(string subject, string reason);

    [LoggerMessage(3201, LogLevel.Debug, "{Subject} of the overlay was removed")]
    private partial void LogRemoved(string subject);
}
