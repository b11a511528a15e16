using Grpc.Core;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Server;

/// <summary>SwarmKit's service CA.</summary>
internal sealed class CaService(ManagerServices services) : Protos.CA.CABase
{
    public override Task<Protos.GetRootCACertificateResponse> GetRootCACertificate(
        Protos.GetRootCACertificateRequest request,
        ServerCallContext context) => Task.FromResult(new Protos.GetRootCACertificateResponse
        {
            Certificate = services.RequireAuthority().GetRootCertificate().ToWireBytes(),
        });

    public override Task<Protos.GetUnlockKeyResponse> GetUnlockKey(
        Protos.GetUnlockKeyRequest request,
        ServerCallContext context)
    {
        var answer = services.RequireAuthority().GetUnlockKey();
        return Task.FromResult(new Protos.GetUnlockKeyResponse
        {
            UnlockKey = answer.Key.ToWire(),
            Version = new Protos.Version { Index = answer.Version.Index },
        });
    }
}

/// <summary>SwarmKit's service NodeCA.</summary>
internal sealed class NodeCaService(ManagerServices services) : Protos.NodeCA.NodeCABase
{
    public override async Task<Protos.IssueNodeCertificateResponse> IssueNodeCertificate(
        Protos.IssueNodeCertificateRequest request,
        ServerCallContext context)
    {
        var answer = await services.RequireAuthority().IssueAsync(
            new IssueRequest(request.Csr.ToBytes(), request.Token, (NodeAvailability)request.Availability),
            Caller.Of(context),
            context.CancellationToken);
        return new()
        {
            NodeId = answer.NodeId.Value,
            NodeMembership = (Protos.NodeSpec.Types.Membership)answer.Membership,
        };
    }

    public override async Task<Protos.NodeCertificateStatusResponse> NodeCertificateStatus(
        Protos.NodeCertificateStatusRequest request,
        ServerCallContext context)
    {
        var certificate = await services.RequireAuthority()
            .GetStatusAsync(new NodeId(request.NodeId), context.CancellationToken);
        var wire = certificate.ToWire();
        return new() { Status = wire.Status, Certificate = wire };
    }
}
