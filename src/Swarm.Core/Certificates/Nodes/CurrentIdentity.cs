namespace Swarm.Certificates.Nodes;

/// <summary>The identity of this node as it is now; whoever keeps connections hears when it changes.</summary>
/// <param name="identity">The identity at start.</param>
/// <param name="encryption">What its key is encrypted with on disk.</param>
internal sealed class CurrentIdentity(NodeIdentity identity, KeyEncryptionKey encryption)
{
    private volatile State _state = new(identity, encryption);

    /// <summary>Raised after a change, on the thread that made it.</summary>
    public event EventHandler<IdentityChangedEventArgs>? Changed;

    public NodeIdentity Value => _state.Identity;

    public KeyEncryptionKey Encryption => _state.Encryption;

    public void Replace(NodeIdentity identity, KeyEncryptionKey encryption)
    {
        var before = _state.Identity;
        _state = new(identity, encryption);
        if (before != identity)
        {
            Changed?.Invoke(this, new(identity));
        }
    }

    private sealed record State(NodeIdentity Identity, KeyEncryptionKey Encryption);
}

/// <summary>A node has another identity: a new certificate, or a new root.</summary>
/// <param name="identity">The new identity.</param>
internal sealed class IdentityChangedEventArgs(NodeIdentity identity) : EventArgs
{
    public NodeIdentity Identity { get; } = identity;
}
