using System.Text;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;

namespace Swarm.Hosting.Nodes;

/// <summary>What a node does about the news in its session: certificate, root, managers, keys of networks.</summary>
internal sealed class NodeSession(
    CertificateRenewal renewal,
    Action<IReadOnlyList<ManagerPeer>> onManagers,
    Action<ValueList<EncryptionKey>> onNetworkKeys)
{
    private readonly Lock _gate = new();
    private ValueList<ManagerPeer> _managers;
    private ValueList<byte> _root;

    public void Receive(SessionMessage message)
    {
        renewal.ManagersReachable();
        renewal.Observe(message.Node);
        onNetworkKeys(message.NetworkBootstrapKeys);
        lock (_gate)
        {
            if (!message.RootCaCertificate.IsEmpty
                && message.RootCaCertificate != _root
                && renewal.AdoptRoot(Encoding.UTF8.GetString(message.RootCaCertificate.AsSpan())))
            {
                _root = message.RootCaCertificate;
            }

            if (!message.Managers.IsEmpty && message.Managers != _managers)
            {
                _managers = message.Managers;
                onManagers([.. message.Managers]);
            }
        }
    }
}
