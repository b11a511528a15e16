namespace Swarm;

/// <summary>The swarm itself; there is exactly one, named <c>default</c>.</summary>
public sealed record Cluster : ClusterObject
{
    /// <summary>The id.</summary>
    public required ClusterId Id { get; init; }

    /// <summary>Settings.</summary>
    public ClusterSpec Spec { get; init; } = new();

    /// <summary>The certificate authority.</summary>
    public required RootCa RootCa { get; init; }

    /// <summary>Address pools for networks; empty means 10.0.0.0/8.</summary>
    public ValueList<string> DefaultAddressPool { get; init; }

    /// <summary>Prefix length of subnets taken from the pools; 0 means 24.</summary>
    public int SubnetSize { get; init; }

    /// <summary>UDP port of the overlay data path; 0 means 4789.</summary>
    public int VxlanPort { get; init; }

    /// <summary>Key that unlocks managers after a restart; empty without auto-lock. Never shown by reads.</summary>
    public ValueList<byte> UnlockKey
    {
        get => UnlockKeys.IsEmpty ? default : UnlockKeys[0].Key;
        init => UnlockKeys = value.IsEmpty ? default : [new EncryptionKey(EncryptionKey.ManagerSubsystem, value)];
    }

    /// <summary><see cref="UnlockKey"/> as SwarmKit stores it: at most one key, of the managers.</summary>
    public ValueList<EncryptionKey> UnlockKeys { get; init; }

    /// <summary>Keys that nodes encrypt their network gossip and overlay traffic with, the newest first.</summary>
    public ValueList<EncryptionKey> NetworkBootstrapKeys { get; init; }

    /// <summary>Lamport time of the newest of <see cref="NetworkBootstrapKeys"/>.</summary>
    public ulong EncryptionKeyLamportClock { get; init; }

    /// <summary>The swarm was made in FIPS mode: only nodes in that mode may join.</summary>
    public bool Fips { get; init; }

    /// <summary>Removed nodes that must not come back: certificate common name to the certificate's expiry.</summary>
    public ValueDictionary<DateTimeOffset> BlacklistedCertificates { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Cluster;
}

/// <summary>The certificate authority of a swarm.</summary>
public sealed record RootCa
{
    /// <summary>Root certificate (PEM).</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Private key (PEM); empty with an external authority. Never shown by reads.</summary>
    public string PrivateKey { get; init; } = "";

    /// <summary>SHA-256 of <see cref="Certificate"/>, in hexadecimal.</summary>
    public string CertificateHash { get; init; } = "";

    /// <summary>Token that lets a worker in.</summary>
    public string WorkerJoinToken { get; init; } = "";

    /// <summary>Token that lets a manager in.</summary>
    public string ManagerJoinToken { get; init; } = "";

    /// <summary>The root that nodes are being moved to; null outside of a rotation.</summary>
    public RootRotation? Rotation { get; init; }

    /// <summary>The value of <see cref="CaConfig.ForceRotate"/> that the present root, or the rotation, answers.</summary>
    public ulong LastForcedRotation { get; init; }

    /// <summary>Everything but the key and the tokens.</summary>
    /// <returns>A description without secrets.</returns>
    public override string ToString() => $"RootCa {{ CertificateHash = {CertificateHash} }}";
}

/// <summary>
/// A root certificate on its way in: it signs already, and nodes that trust only the old root accept what it signs
/// because the old root has signed it too.
/// </summary>
public sealed record RootRotation
{
    /// <summary>The new root certificate (PEM).</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Its private key (PEM); empty with an external authority. Never shown by reads.</summary>
    public string PrivateKey { get; init; } = "";

    /// <summary>The new root's key under the old root's signature (PEM).</summary>
    public string CrossSignedCertificate { get; init; } = "";

    /// <summary>Everything but the key.</summary>
    /// <returns>A description without secrets.</returns>
    public override string ToString() => $"RootRotation {{ Certificate = {Certificate} }}";
}
