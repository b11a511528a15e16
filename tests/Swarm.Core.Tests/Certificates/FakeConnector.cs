using Swarm.Certificates.Nodes;

namespace Swarm.Core.Tests.Certificates;

/// <summary>Ways to managers that can be bent; counts what goes through.</summary>
internal sealed class FakeConnector(IAuthorityConnector inner) : IAuthorityConnector
{
    /// <summary>What an unverified manager says; null for the truth.</summary>
    public Func<RootAnswer, RootAnswer>? OnRoot { get; set; }

    /// <summary>Called before a verified connection is made.</summary>
    public Action? OnConnect { get; set; }

    /// <summary>Called when a request is handed in.</summary>
    public Action? OnIssue { get; set; }

    /// <summary>What comes back as a certificate; null for the truth.</summary>
    public Func<NodeCertificate, NodeCertificate>? OnStatus { get; set; }

    public int Fetches { get; private set; }

    public int Connections { get; private set; }

    public List<IssueRequest> Requests { get; } = [];

    public async ValueTask<RootAnswer> FetchRootAsync(CancellationToken cancellationToken)
    {
        Fetches++;
        var answer = await inner.FetchRootAsync(cancellationToken);
        return OnRoot is null ? answer : OnRoot(answer);
    }

    public async ValueTask<ICertificateAuthority> ConnectAsync(
        string root,
        NodeIdentity? self,
        CancellationToken cancellationToken)
    {
        Connections++;
        OnConnect?.Invoke();
        return new Connection(this, await inner.ConnectAsync(root, self, cancellationToken));
    }

    private sealed class Connection(FakeConnector fake, ICertificateAuthority inner) : ICertificateAuthority
    {
        public ValueTask<string> GetRootCertificateAsync(CancellationToken cancellationToken) =>
            inner.GetRootCertificateAsync(cancellationToken);

        public ValueTask<IssueAnswer> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
        {
            fake.Requests.Add(request);
            fake.OnIssue?.Invoke();
            return inner.IssueAsync(request, cancellationToken);
        }

        public async ValueTask<NodeCertificate> GetStatusAsync(NodeId node, CancellationToken cancellationToken)
        {
            var certificate = await inner.GetStatusAsync(node, cancellationToken);
            return fake.OnStatus is null ? certificate : fake.OnStatus(certificate);
        }

        public ValueTask<UnlockKeyAnswer> GetUnlockKeyAsync(CancellationToken cancellationToken) =>
            inner.GetUnlockKeyAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
