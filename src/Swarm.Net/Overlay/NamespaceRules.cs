namespace Swarm.Net.Overlay;

/// <summary>The rules of nftables in a namespace.</summary>
internal sealed class NamespaceRules(NetworkNamespace space, OverlayOptions options)
{
    /// <summary>Has a text come into effect, whole or not at all.</summary>
    /// <exception cref="IOException">nftables refuses.</exception>
    public async Task WriteAsync(string text, WriteCount writes, CancellationToken cancellationToken)
    {
        writes.Add();
        var outcome = await space.RunAsync(options.Nft, ["-f", "-"], text, cancellationToken);
        if (outcome.ExitCode != 0)
        {
            throw new IOException($"nftables refused: {outcome.Reason}");
        }
    }

    /// <summary>Removes a table that may not be there.</summary>
    public Task RemoveAsync(string table, WriteCount writes) =>
        WriteAsync($"add table ip {table}\ndelete table ip {table}\n", writes, CancellationToken.None);

    /// <summary>Has the kernel forget connections.</summary>
    public Task ForgetAsync(params string[] which) =>
        space.RunAsync(options.Conntrack, ["-D", .. which], input: "", CancellationToken.None);
}
