using System.Security.Cryptography;
using System.Text;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;
using Swarm.Control;
using Swarm.Identity;

namespace Swarm.Hosting.Nodes;

/// <summary>A new swarm and the manager that forms it. There is nobody yet who could sign its certificate: it does so itself.</summary>
internal sealed record FoundingNode(Cluster Cluster, Node Node, NodeIdentity Identity, NodeAddresses Addresses)
{
    /// <summary>The network of the routing mesh that the swarm begins with.</summary>
    public Network Ingress { get; } = PredefinedNetworks.CreateIngress(new RandomIdGenerator());

    public string Address => Addresses.Advertised;

    /// <summary>The manager as a member of the quorum; its raft id is not drawn yet.</summary>
    public Wire.Protos.RaftMember Member => new() { NodeId = Node.Id.Value, Addr = Address };

    public static FoundingNode Certify(Cluster cluster, Node node, NodeAddresses addresses, DateTimeOffset now)
    {
        var (privateKey, request) = SigningRequest.Create();
        var chain = NodeCertificateIssuer.Issue(
            cluster.RootCa,
            new CertificateSubject(node.Id, NodeRole.Manager, cluster.Id),
            SigningRequest.ReadKey(request),
            cluster.Spec.CaConfig.NodeCertExpiry,
            now,
            RandomNumberGenerator.Fill);
        var certified = node with
        {
            Certificate = new NodeCertificate(
                NodeRole.Manager,
                ValueList.Create<byte>(Encoding.UTF8.GetBytes(request)),
                IssuanceState.Issued,
                "",
                ValueList.Create<byte>(Encoding.UTF8.GetBytes(chain)),
                node.Id.Value),
        };
        return new(cluster, certified, NodeIdentity.Create(cluster.RootCa.Certificate, chain, privateKey, now),
            addresses);
    }

    public void SaveTo(NodeDirectory directory)
    {
        directory.Identity.SaveRoot(Identity.Root);
        directory.Identity.Save(Identity, KeyEncryptionKey.None, KeyEncryptionKey.None);
        directory.Save(new SavedMembership(Addresses, []));
    }
}
