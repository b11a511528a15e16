using System.Security.Cryptography;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>A node of a swarm, as its root says.</summary>
internal static class TestIdentity
{
    /// <summary>The identity of <c>node1</c>, valid for 90 days.</summary>
    public static NodeIdentity Under(RootCa root, NodeRole role, DateTimeOffset now)
    {
        var (key, request) = SigningRequest.Create();
        var chain = NodeCertificateIssuer.Issue(
            root,
            new CertificateSubject(new("node1"), role, new("cluster1")),
            SigningRequest.ReadKey(request),
            TimeSpan.FromDays(90),
            now,
            RandomNumberGenerator.Fill);
        return NodeIdentity.Create(root.Certificate, chain, key, now);
    }
}
