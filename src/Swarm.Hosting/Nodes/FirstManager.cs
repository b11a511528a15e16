using System.Net;
using System.Security.Cryptography;
using System.Text;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Hosting.Nodes;

/// <summary>A new swarm and the manager that forms it. There is nobody yet who could sign its certificate: it does so itself.</summary>
internal sealed record FirstManager(Cluster Cluster, Node Node, NodeIdentity Identity, NodeAddresses Addresses)
{
    /// <summary>Advertised address, as <c>host:port</c>.</summary>
    public string Address => Addresses.AdvertiseHost.Contains(':', StringComparison.Ordinal)
        ? $"[{Addresses.AdvertiseHost}]:{Addresses.AdvertisePort}"
        : $"{Addresses.AdvertiseHost}:{Addresses.AdvertisePort}";

    public IPEndPoint Listen => new(IPAddress.Parse(Addresses.ListenHost), Addresses.ListenPort);

    public static FirstManager Certify(Cluster cluster, Node node, NodeAddresses addresses, DateTimeOffset now)
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
        return new(cluster, certified, NodeIdentity.Create(cluster.RootCa.Certificate, chain, privateKey, now), addresses);
    }

    public void SaveTo(NodeDirectory directory)
    {
        directory.Identity.SaveRoot(Identity.Root);
        directory.Identity.Save(Identity, KeyEncryptionKey.None, KeyEncryptionKey.None);
        directory.Save(new SavedMembership(Addresses, []));
    }
}
