namespace Swarm.Hosting.Wire.Mapping;

/// <summary>The swarm itself and its certificate authority.</summary>
internal static class ClusterMapping
{
    public static Protos.Cluster ToWire(this Cluster cluster)
    {
        var wire = new Protos.Cluster
        {
            Id = cluster.Id.ToString(),
            Meta = cluster.ToMeta(),
            Spec = cluster.Spec.ToWire(),
            RootCa = cluster.RootCa.ToWire(),
            EncryptionKeyLamportClock = cluster.EncryptionKeyLamportClock,
            Fips = cluster.Fips,
            SubnetSize = cluster.SubnetSize.ToUInt32("subnet size"),
            VXLANUDPPort = cluster.VxlanPort.ToUInt32("VXLAN port"),
        };
        wire.NetworkBootstrapKeys.Fill(cluster.NetworkBootstrapKeys, CommonMapping.ToWire);
        foreach (var (name, expiry) in cluster.BlacklistedCertificates)
        {
            wire.BlacklistedCertificates.Add(name, new() { Expiry = expiry.ToWire() });
        }

        wire.UnlockKeys.Fill(cluster.UnlockKeys, CommonMapping.ToWire);
        wire.DefaultAddressPool.Fill(cluster.DefaultAddressPool);
        return wire;
    }

    public static Cluster ToRecord(this Protos.Cluster wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = (wire.Spec ?? new()).ToRecord(),
        RootCa = (wire.RootCa ?? new()).ToRecord(),
        NetworkBootstrapKeys = wire.NetworkBootstrapKeys.ToList(CommonMapping.ToRecord),
        EncryptionKeyLamportClock = wire.EncryptionKeyLamportClock,
        BlacklistedCertificates = wire.BlacklistedCertificates.ToMap(certificate => certificate.Expiry.ToTime()),
        UnlockKeys = wire.UnlockKeys.ToList(CommonMapping.ToRecord),
        Fips = wire.Fips,
        DefaultAddressPool = wire.DefaultAddressPool.ToList(),
        SubnetSize = wire.SubnetSize.ToInt32("subnet size"),
        VxlanPort = wire.VXLANUDPPort.ToInt32("VXLAN port"),
    };

    private static Protos.RootCA ToWire(this RootCa ca) => new()
    {
        CaKey = ca.PrivateKey.ToWireBytes(),
        CaCert = ca.Certificate.ToWireBytes(),
        CaCertHash = ca.CertificateHash,
        JoinTokens = new() { Worker = ca.WorkerJoinToken, Manager = ca.ManagerJoinToken },
        RootRotation = ca.Rotation is not { } rotation
            ? null
            : new()
            {
                CaCert = rotation.Certificate.ToWireBytes(),
                CaKey = rotation.PrivateKey.ToWireBytes(),
                CrossSignedCaCert = rotation.CrossSignedCertificate.ToWireBytes(),
            },
        LastForcedRotation = ca.LastForcedRotation,
    };

    private static RootCa ToRecord(this Protos.RootCA wire) => new()
    {
        PrivateKey = wire.CaKey.ToText("key of the root certificate"),
        Certificate = wire.CaCert.ToText("root certificate"),
        CertificateHash = wire.CaCertHash,
        WorkerJoinToken = wire.JoinTokens?.Worker ?? "",
        ManagerJoinToken = wire.JoinTokens?.Manager ?? "",
        Rotation = wire.RootRotation is not { } rotation
            ? null
            : new()
            {
                Certificate = rotation.CaCert.ToText("next root certificate"),
                PrivateKey = rotation.CaKey.ToText("key of the next root certificate"),
                CrossSignedCertificate = rotation.CrossSignedCaCert.ToText("cross-signed root certificate"),
            },
        LastForcedRotation = wire.LastForcedRotation,
    };
}
