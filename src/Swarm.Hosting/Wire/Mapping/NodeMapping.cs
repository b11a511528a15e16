namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Nodes, what is wanted of them, and their certificates.</summary>
internal static class NodeMapping
{
    public static Protos.Node ToWire(this Node node)
    {
        var wire = new Protos.Node
        {
            Id = node.Id.ToString(),
            Meta = node.ToMeta(),
            Spec = node.Spec.ToWire(),
            Description = node.Description?.ToWire(),
            Status = node.Status.ToWire(),
            ManagerStatus = node.ManagerStatus?.ToWire(),
            Attachment = node.Attachment?.ToWire(),
            Certificate = node.Certificate.ToWire(),
            Role = (Protos.NodeRole)node.Role,
            VXLANUDPPort = node.VxlanPort.ToUInt32("VXLAN port"),
        };
        wire.Attachments.Fill(node.Attachments, attachment => attachment.ToWire());
        return wire;
    }

    public static Node ToRecord(this Protos.Node wire) => new()
    {
        Id = new(wire.Id),
        Version = wire.Meta?.Version.ToRecord() ?? default,
        CreatedAt = wire.Meta?.CreatedAt.ToTime() ?? default,
        UpdatedAt = wire.Meta?.UpdatedAt.ToTime() ?? default,
        Spec = (wire.Spec ?? new()).ToRecord(),
        Description = wire.Description?.ToRecord(),
        Status = wire.Status.ToRecord(),
        ManagerStatus = wire.ManagerStatus.ToRecord(),
        Attachment = wire.Attachment?.ToRecord(),
        Certificate = wire.Certificate.ToRecord(),
        Role = (NodeRole)wire.Role,
        Attachments = wire.Attachments.ToList(attachment => attachment.ToRecord()),
        VxlanPort = wire.VXLANUDPPort.ToInt32("VXLAN port"),
    };

    public static Protos.NodeSpec ToWire(this NodeSpec spec) => new()
    {
        Annotations = CommonMapping.ToAnnotations(spec.Name, spec.Labels, spec.Indices),
        DesiredRole = (Protos.NodeRole)spec.DesiredRole,
        Membership = (Protos.NodeSpec.Types.Membership)spec.Membership,
        Availability = (Protos.NodeSpec.Types.Availability)spec.Availability,
    };

    public static NodeSpec ToRecord(this Protos.NodeSpec wire)
    {
        var annotations = wire.Annotations.ToRecord();
        return new()
        {
            Name = annotations.Name,
            Labels = annotations.Labels,
            Indices = annotations.Indices,
            DesiredRole = (NodeRole)wire.DesiredRole,
            Membership = (NodeMembership)wire.Membership,
            Availability = (NodeAvailability)wire.Availability,
        };
    }

    public static Protos.NodeStatus ToWire(this NodeStatus status) => new()
    {
        State = (Protos.NodeStatus.Types.State)status.State,
        Message = status.Message,
        Addr = status.Address,
    };

    public static NodeStatus ToRecord(this Protos.NodeStatus? wire) => wire is null
        ? new(NodeState.Unknown)
        : new((NodeState)wire.State, wire.Message, wire.Addr);

    public static Protos.ManagerStatus ToWire(this ManagerStatus status) => new()
    {
        RaftId = status.RaftId,
        Addr = status.Address,
        Leader = status.Leader,
        Reachability = (Protos.RaftMemberStatus.Types.Reachability)status.Reachability,
    };

    public static ManagerStatus? ToRecord(this Protos.ManagerStatus? wire) => wire is null
        ? null
        : new(wire.RaftId, wire.Addr, wire.Leader, (Reachability)wire.Reachability);

    /// <summary>The certificate; SwarmKit has an empty one where a record has none.</summary>
    public static Protos.Certificate ToWire(this NodeCertificate? certificate) => certificate is null
        ? new() { Status = new() }
        : new()
        {
            Role = (Protos.NodeRole)certificate.Role,
            Csr = certificate.SigningRequest.ToWire(),
            Status = new()
            {
                State = (Protos.IssuanceStatus.Types.State)certificate.State,
                Err = certificate.Error,
            },
            Certificate_ = certificate.Pem.ToWire(),
            Cn = certificate.CommonName,
        };

    public static NodeCertificate? ToRecord(this Protos.Certificate? wire)
    {
        if (wire is null)
        {
            return null;
        }

        var status = wire.Status ?? new();
        var isEmpty = wire is { Role: Protos.NodeRole.Worker, Csr.IsEmpty: true, Certificate_.IsEmpty: true, Cn: "" }
            && status is { State: Protos.IssuanceStatus.Types.State.Unknown, Err: "" };
        return isEmpty
            ? null
            : new(
                (NodeRole)wire.Role,
                wire.Csr.ToBytes(),
                (IssuanceState)status.State,
                status.Err,
                wire.Certificate_.ToBytes(),
                wire.Cn);
    }
}
