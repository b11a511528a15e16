using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Swarm.Agents;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Client;

/// <summary>The way to the certificate authority over the network, through any of the managers.</summary>
internal sealed class WireAuthorityConnector(ManagerChoice managers, TimeProvider time) : IAuthorityConnector
{
    public async ValueTask<RootAnswer> FetchRootAsync(CancellationToken cancellationToken)
    {
        var manager = Next();
        using var channel = ManagerChannel.ToAnyone(manager.Address);
        var call = new Protos.CA.CAClient(channel).GetRootCACertificateAsync(
            new(),
            cancellationToken: cancellationToken);
        try
        {
            var answer = await Calls.AwaitAsync(call, manager.Address);
            managers.Observe(manager, succeeded: true);
            return new RootAnswer(Encoding.UTF8.GetString(answer.Certificate.Span));
        }
        catch (SwarmException)
        {
            managers.Observe(manager, succeeded: false);
            throw;
        }
    }

    public ValueTask<ICertificateAuthority> ConnectAsync(
        string root,
        NodeIdentity? self,
        CancellationToken cancellationToken)
    {
        var manager = Next();
        var channel = self is null
            ? ManagerChannel.ToManager(manager.Address, root, time)
            : ManagerChannel.ToManager(manager.Address, self, time);
        return new(new Connection(channel, manager, managers));
    }

    private Dispatch.ManagerPeer Next() => managers.Next() ?? throw new SwarmException(
        SwarmErrorCode.Unavailable,
        "no manager of the swarm is known; name one with \"docker swarm join\"");

    private sealed class Connection(GrpcChannel channel, Dispatch.ManagerPeer manager, ManagerChoice managers)
        : ICertificateAuthority
    {
        public async ValueTask<string> GetRootCertificateAsync(CancellationToken cancellationToken)
        {
            var answer = await CallAsync(new Protos.CA.CAClient(channel).GetRootCACertificateAsync(
                new(),
                cancellationToken: cancellationToken));
            return Encoding.UTF8.GetString(answer.Certificate.Span);
        }

        public async ValueTask<IssueAnswer> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
        {
            var answer = await CallAsync(new Protos.NodeCA.NodeCAClient(channel).IssueNodeCertificateAsync(
                new()
                {
                    Csr = request.SigningRequest.ToWire(),
                    Token = request.Token,
                    Availability = (Protos.NodeSpec.Types.Availability)request.Availability,
                },
                cancellationToken: cancellationToken));
            return new(new NodeId(answer.NodeId), (NodeMembership)answer.NodeMembership);
        }

        public async ValueTask<NodeCertificate> GetStatusAsync(NodeId node, CancellationToken cancellationToken)
        {
            var answer = await CallAsync(new Protos.NodeCA.NodeCAClient(channel).NodeCertificateStatusAsync(
                new() { NodeId = node.Value },
                cancellationToken: cancellationToken));

            // The status stands beside the certificate too, and there it is the newer one.
            var certificate = answer.Certificate?.Clone() ?? new();
            certificate.Status = answer.Status ?? certificate.Status;
            return certificate.ToRecord()!;
        }

        public async ValueTask<UnlockKeyAnswer> GetUnlockKeyAsync(CancellationToken cancellationToken)
        {
            var answer = await CallAsync(new Protos.CA.CAClient(channel).GetUnlockKeyAsync(
                new(),
                cancellationToken: cancellationToken));
            return new(answer.UnlockKey.ToBytes(), new ObjectVersion(answer.Version?.Index ?? 0));
        }

        public ValueTask DisposeAsync()
        {
            channel.Dispose();
            return ValueTask.CompletedTask;
        }

        private async ValueTask<T> CallAsync<T>(AsyncUnaryCall<T> call)
        {
            try
            {
                var answer = await Calls.AwaitAsync(call, manager.Address);
                managers.Observe(manager, succeeded: true);
                return answer;
            }
            catch (SwarmException exception) when (exception.Code is SwarmErrorCode.Unavailable)
            {
                managers.Observe(manager, succeeded: false);
                throw;
            }
        }
    }
}
