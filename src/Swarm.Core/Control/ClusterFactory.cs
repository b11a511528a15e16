using Swarm.Certificates;
using Swarm.Certificates.Rotation;
using Swarm.Identity;

namespace Swarm.Control;

/// <summary>What a new swarm is made of.</summary>
internal sealed record ClusterInit
{
    /// <summary>Settings; zeros stand for defaults.</summary>
    public ClusterSpec Spec { get; init; } = new();

    /// <summary>Address pools; empty means 10.0.0.0/8.</summary>
    public ValueList<string> DefaultAddressPool { get; init; }

    /// <summary>Prefix length of subnets; 0 means 24.</summary>
    public int SubnetSize { get; init; }

    /// <summary>UDP port of the overlay data path; 0 means 4789.</summary>
    public int VxlanPort { get; init; }
}

/// <summary>Makes the first objects of a swarm.</summary>
internal static class ClusterFactory
{
    /// <summary>The cluster object of a new swarm, with root certificate, join tokens and perhaps an unlock key.</summary>
    /// <exception cref="SwarmException">The settings break a rule.</exception>
    public static Cluster Create(ClusterInit init, IIdGenerator ids, DateTimeOffset now, RandomBytes random)
    {
        var spec = ClusterRules.WithDefaults(init.Spec with
        {
            Name = init.Spec.Name.Length == 0 ? ClusterRules.Name : init.Spec.Name,
        });
        ClusterRules.Validate(spec);
        ClusterRules.ValidatePools(init.DefaultAddressPool, init.SubnetSize);
        ClusterRules.ValidateVxlanPort(init.VxlanPort);
        return new()
        {
            Id = new(ids.Next()),
            Spec = spec,
            RootCa = FirstRoot(spec.CaConfig, now, random),
            DefaultAddressPool = init.DefaultAddressPool,
            SubnetSize = init.SubnetSize,
            VxlanPort = init.VxlanPort,
            UnlockKey = ClusterChanges.UnlockKeyFor(default, spec.AutoLockManagers, TokenRotation.None, random),
        };
    }

    // What the settings say of the root holds from the start, so that the first update does not rotate it.
    private static RootCa FirstRoot(CaConfig config, DateTimeOffset now, RandomBytes random)
    {
        if (config.SigningCaCertificate.Length == 0)
        {
            return RootCertificate.Create(now, random) with { LastForcedRotation = config.ForceRotate };
        }

        Rule.Require(
            config.SigningCaKey.Length > 0,
            "a new swarm needs the key of its root certificate, to sign the certificate of its first manager");
        var certificate = CertificatePem.Normalize(config.SigningCaCertificate);
        RootRules.Validate(certificate, config.SigningCaKey, now);
        return RootCertificate.WithTokens(certificate, config.SigningCaKey, random) with
        {
            LastForcedRotation = config.ForceRotate,
        };
    }

    /// <summary>The node object of the manager that starts a swarm.</summary>
    public static Node CreateManager(NodeId id, NodeAvailability availability, int vxlanPort = 0) => new()
    {
        Id = id,
        Role = NodeRole.Manager,
        VxlanPort = vxlanPort,
        Spec = new()
        {
            DesiredRole = NodeRole.Manager,
            Membership = NodeMembership.Accepted,
            Availability = availability,
        },
    };
}
