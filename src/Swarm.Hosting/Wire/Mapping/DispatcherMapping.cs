using Swarm.Dispatch;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Sessions, assignments and statuses.</summary>
internal static class DispatcherMapping
{
    public static Protos.SessionRequest ToWire(this SessionRequest request) => new()
    {
        Description = request.Description.ToWire(),
        SessionId = request.SessionId,
    };

    public static SessionRequest ToRecord(this Protos.SessionRequest wire, string address = "") =>
        new((wire.Description ?? new()).ToRecord(), wire.SessionId, address);

    public static Protos.SessionMessage ToWire(this SessionMessage message)
    {
        var wire = new Protos.SessionMessage
        {
            SessionId = message.SessionId,
            Node = message.Node.ToWire(),
            RootCA = message.RootCaCertificate.ToWire(),
        };
        wire.Managers.Fill(message.Managers, ToWire);
        wire.NetworkBootstrapKeys.Fill(message.NetworkBootstrapKeys, CommonMapping.ToWire);
        return wire;
    }

    public static SessionMessage ToRecord(this Protos.SessionMessage wire) => new(
        wire.SessionId,
        wire.Node?.ToRecord() ?? throw WireErrors.Missing("node of a session"),
        wire.Managers.ToList(ToRecord),
        wire.NetworkBootstrapKeys.ToList(CommonMapping.ToRecord),
        wire.RootCA.ToBytes());

    public static Protos.AssignmentsMessage ToWire(this AssignmentsMessage message, SharedMessages? shared = null)
    {
        var wire = new Protos.AssignmentsMessage
        {
            Type = message.IsComplete
                ? Protos.AssignmentsMessage.Types.Type.Complete
                : Protos.AssignmentsMessage.Types.Type.Incremental,
            AppliesTo = message.AppliesTo,
            ResultsIn = message.ResultsIn,
        };
        foreach (var change in message.Changes)
        {
            wire.Changes.Add(new Protos.AssignmentChange
            {
                Assignment = ToAssignment(change.Object, shared),
                Action = change.Remove
                    ? Protos.AssignmentChange.Types.AssignmentAction.Remove
                    : Protos.AssignmentChange.Types.AssignmentAction.Update,
            });
        }

        return wire;
    }

    public static AssignmentsMessage ToRecord(this Protos.AssignmentsMessage wire, SharedRecords? shared = null) => new(
        wire.Type switch
        {
            Protos.AssignmentsMessage.Types.Type.Complete => true,
            Protos.AssignmentsMessage.Types.Type.Incremental => false,
            _ => throw WireErrors.OutOfRange("type of assignments", (int)wire.Type),
        },
        wire.AppliesTo,
        wire.ResultsIn,
        wire.Changes.ToList(change => new AssignmentChange(ToObject(change.Assignment, shared), ToRemove(change))));

    public static Protos.UpdateTaskStatusRequest ToWire(
        this IReadOnlyList<TaskStatusUpdate> updates,
        string sessionId)
    {
        var wire = new Protos.UpdateTaskStatusRequest { SessionId = sessionId };
        foreach (var update in updates)
        {
            wire.Updates.Add(new Protos.UpdateTaskStatusRequest.Types.TaskStatusUpdate
            {
                TaskId = update.TaskId.ToString(),
                Status = update.Status.ToWire(),
            });
        }

        return wire;
    }

    public static ValueList<TaskStatusUpdate> ToRecords(this Protos.UpdateTaskStatusRequest wire) =>
        wire.Updates.ToList(update => new TaskStatusUpdate(new(update.TaskId), update.Status.ToRecord()));

    public static Protos.UpdateVolumeStatusRequest ToWire(
        this IReadOnlyList<VolumeStatusUpdate> updates,
        string sessionId)
    {
        var wire = new Protos.UpdateVolumeStatusRequest { SessionId = sessionId };
        foreach (var update in updates)
        {
            wire.Updates.Add(new Protos.UpdateVolumeStatusRequest.Types.VolumeStatusUpdate
            {
                Id = update.VolumeId.ToString(),
                Unpublished = update.IsUnpublished,
            });
        }

        return wire;
    }

    public static ValueList<VolumeStatusUpdate> ToRecords(this Protos.UpdateVolumeStatusRequest wire) =>
        wire.Updates.ToList(update => new VolumeStatusUpdate(new(update.Id), update.Unpublished));

    private static Protos.WeightedPeer ToWire(ManagerPeer peer) => new()
    {
        Peer = new() { NodeId = peer.NodeId.ToString(), Addr = peer.Address },
        Weight = peer.Weight,
    };

    private static ManagerPeer ToRecord(Protos.WeightedPeer wire) => new(
        new(wire.Peer?.NodeId ?? throw WireErrors.Missing("peer of a manager")),
        wire.Peer.Addr,
        (int)Math.Clamp(wire.Weight, int.MinValue, int.MaxValue));

    private static bool ToRemove(Protos.AssignmentChange wire) => wire.Action switch
    {
        Protos.AssignmentChange.Types.AssignmentAction.Update => false,
        Protos.AssignmentChange.Types.AssignmentAction.Remove => true,
        _ => throw WireErrors.OutOfRange("action of an assignment", (int)wire.Action),
    };

    private static Protos.Assignment ToAssignment(ClusterObject value, SharedMessages? shared) => value switch
    {
        SwarmTask task => new() { Task = task.ToWire(shared) },
        Secret secret => new() { Secret = secret.ToWire() },
        Config config => new() { Config = config.ToWire() },
        VolumeAssignment volume => new() { Volume = volume.ToWire() },
        _ => throw WireErrors.OutOfRange("assigned object of kind", value.Kind),
    };

    private static ClusterObject ToObject(Protos.Assignment? wire, SharedRecords? shared) => wire switch
    {
        { Task: { } task } => task.ToRecord(shared),
        { Secret: { } secret } => secret.ToRecord(),
        { Config: { } config } => config.ToRecord(),
        { Volume: { } volume } => volume.ToRecord(),
        _ => throw WireErrors.Missing("assigned object"),
    };

    private static Protos.VolumeAssignment ToWire(this VolumeAssignment volume)
    {
        var wire = new Protos.VolumeAssignment
        {
            Id = volume.Id.ToString(),
            VolumeId = volume.PluginVolumeId,
            Driver = volume.Driver.ToWire(),
            AccessMode = volume.AccessMode.ToWire(),
        };
        wire.VolumeContext.Fill(volume.VolumeContext);
        wire.PublishContext.Fill(volume.PublishContext);
        wire.Secrets.Fill(volume.Secrets, VolumeMapping.ToWire);
        return wire;
    }

    private static VolumeAssignment ToRecord(this Protos.VolumeAssignment wire) => new()
    {
        Id = new(wire.Id),
        PluginVolumeId = wire.VolumeId,
        Driver = wire.Driver.ToRecord(),
        VolumeContext = wire.VolumeContext.ToMap(),
        PublishContext = wire.PublishContext.ToMap(),
        AccessMode = wire.AccessMode.ToRecord(),
        Secrets = wire.Secrets.ToList(VolumeMapping.ToRecord),
    };
}
