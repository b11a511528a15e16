using System.Globalization;
using System.Net;
using Swarm.Net.Netlink;

namespace Swarm.Net.Overlay;

/// <summary>
/// Encrypts what encrypted networks send to other machines, and lets nothing of them pass in the clear, in either
/// direction: also not where there is no key, no association yet, or no IPsec at all.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="space">The machine's namespace; not owned.</param>
/// <param name="writes">Counts what is written.</param>
internal sealed class Encryption(OverlayOptions options, NetworkNamespace space, WriteCount writes) : IDisposable
{
    private readonly NamespaceRules _rules = new(space, options);
    private NetlinkSocket? _socket;
    private string? _written;
    private bool _hasLooked;
    private string? _obstacle;

    private string Table => OverlayNames.TableOf(options, "esp");

    /// <summary>Brings guards and associations to what networks need.</summary>
    /// <returns>Why nothing can be encrypted; null when it can, or when nothing is to be.</returns>
    public async Task<string?> BringAsync(OverlayState state, CancellationToken cancellationToken)
    {
        var networks = state.Networks.Where(network => network.IsEncrypted).ToArray();
        if (networks.Length == 0 && _written is null && _hasLooked)
        {
            return null;
        }

        // What an earlier process left is there even if nothing is to be encrypted now.
        var obstacle = Look() ?? (state.Keys.IsEmpty ? "no key is known" : null);
        try
        {
            await GuardAsync(networks, cancellationToken);
            if (_obstacle is null)
            {
                Bring(obstacle is null ? state : OverlayState.Empty, networks);
            }

            return networks.Length == 0 || obstacle is null ? null : $"the network is encrypted, and {obstacle}";
        }
        catch (IOException exception)
        {
            return $"the network is encrypted, and that fails: {exception.Message}";
        }
    }

    public void Dispose() => _socket?.Dispose();

    /// <summary>The rules. Pure.</summary>
    internal static string TextOf(string table, int port, IReadOnlyCollection<int> networks, bool hasEsp)
    {
        if (networks.Count == 0)
        {
            return $"add table ip {table}\ndelete table ip {table}\n";
        }

        var numbers = string.Join(", ", networks.Order());
        var packets = string.Create(
            CultureInfo.InvariantCulture, $"udp dport {port} @th,96,24 {{ {numbers} }}");
        return $$"""
            add table ip {{table}}
            delete table ip {{table}}
            table ip {{table}} {
              chain starting {
                type route hook output priority -150
                {{packets}} meta mark set {{XfrmMessages.Mark}}
              }
              chain leaving {
                type filter hook postrouting priority 300
                {{packets}} {{(hasEsp ? "rt ipsec missing " : "")}}drop
              }
              chain arriving {
                type filter hook input priority -300
                {{packets}} {{(hasEsp ? "meta ipsec missing " : "")}}drop
              }
            }

            """;
    }

    private async Task GuardAsync(OverlayNetwork[] networks, CancellationToken cancellationToken)
    {
        var text = TextOf(Table, options.Port, [.. networks.Select(network => network.Vni)], _obstacle is null);
        if (text != _written)
        {
            await _rules.WriteAsync(text, writes, cancellationToken);
            _written = networks.Length == 0 ? null : text;
        }
    }

    // A kernel without ESP takes policies and refuses associations.
    private string? Look()
    {
        if (_hasLooked)
        {
            return _obstacle;
        }

        try
        {
            var trial = DirectionKey.Of(
                new OverlayKey(0, [.. new byte[16]]), options.Address, new IPAddress([192, 0, 2, 1]));
            _socket = space.Run(() => new NetlinkSocket(NetlinkProtocol.Xfrm));
            _socket.Ask(XfrmMessages.Add(trial.Association, trial.Bytes));
            _socket.Ask(XfrmMessages.Remove(trial.Association));
        }
        catch (NetlinkException exception) when (exception.Error == NetlinkException.Exists)
        {
            _socket!.Ask(XfrmMessages.Remove(
                DirectionKey.Of(new OverlayKey(0, [.. new byte[16]]), options.Address, new IPAddress([192, 0, 2, 1]))
                    .Association));
        }
        catch (NetlinkException exception)
        {
            _obstacle = $"the kernel of this machine cannot encrypt (ESP with AES-GCM): {exception.Message}";
        }

        _hasLooked = true;
        return _obstacle;
    }

    // Who is to receive knows a key before anybody sends with it, and one that was sent with goes last.
    private void Bring(OverlayState state, OverlayNetwork[] networks)
    {
        var machines = state.Keys.IsEmpty ? [] : networks
            .SelectMany(network => network.Peers)
            .Select(peer => peer.Machine)
            .Where(machine => !machine.Equals(options.Address))
            .Distinct()
            .ToArray();
        var wanted = machines
            .SelectMany(machine => state.Keys
                .Select(key => DirectionKey.Of(key, machine, options.Address))
                .Append(DirectionKey.Of(state.Keys[0], options.Address, machine)))
            .ToDictionary(key => key.Association);
        var known = Read(XfrmMessages.ListAssociations(), XfrmMessages.ReadAssociation).Where(IsOwn).ToHashSet();
        foreach (var (association, key) in wanted.Where(item => !known.Contains(item.Key)))
        {
            Write(XfrmMessages.Add(association, key.Bytes));
        }

        BringPolicies(wanted.Keys.Where(association => association.Source.Equals(options.Address)));
        foreach (var gone in known.Where(association => !wanted.ContainsKey(association)))
        {
            Write(XfrmMessages.Remove(gone));
        }
    }

    private void BringPolicies(IEnumerable<Association> wanted)
    {
        var known = Read(XfrmMessages.ListPolicies(), XfrmMessages.ReadPolicy)
            .Where(policy => policy.Source.Equals(options.Address))
            .ToDictionary(policy => policy.Target);
        foreach (var association in wanted)
        {
            if (!known.Remove(association.Target, out var policy) || policy.Spi != association.Spi)
            {
                Write(XfrmMessages.Require(association, options.Port, isNew: policy is null));
            }
        }

        foreach (var gone in known.Values)
        {
            Write(XfrmMessages.Remove(gone, options.Port));
        }
    }

    private bool IsOwn(Association association) =>
        association.Source.Equals(options.Address) || association.Target.Equals(options.Address);

    private void Write(NetlinkWriter message)
    {
        writes.Add();
        _socket!.Ask(message);
    }

    private T[] Read<T>(NetlinkWriter question, Func<NetlinkMessage, T?> read)
        where T : class => [.. _socket!.Ask(question).Select(read).OfType<T>()];
}
