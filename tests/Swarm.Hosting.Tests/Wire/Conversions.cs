using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Storage;
using P = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>Every kind of message that has a record, with the way there and back.</summary>
internal sealed class Conversions
{
    private readonly Dictionary<System.Type, (System.Type Record, Func<IMessage, object> To, Func<object, IMessage> Back)> _all = [];

    private Conversions()
    {
        Add<P.Node, Node>(m => m.ToRecord(), r => r.ToWire());
        Add<P.NodeSpec, NodeSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.NodeDescription, NodeDescription>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Service, Service>(m => m.ToRecord(), r => r.ToWire());
        Add<P.ServiceSpec, ServiceSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Task, SwarmTask>(m => m.ToRecord(), r => r.ToWire());
        Add<P.TaskSpec, TaskSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.TaskStatus, SwarmTaskStatus>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Network, Network>(m => m.ToRecord(), r => r.ToWire());
        Add<P.NetworkSpec, NetworkSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.NetworkAttachmentConfig, NetworkAttachmentSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Cluster, Cluster>(m => m.ToRecord(), r => r.ToWire());
        Add<P.ClusterSpec, ClusterSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Secret, Secret>(m => m.ToRecord(), r => r.ToWire());
        Add<P.SecretSpec, SecretSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Config, Config>(m => m.ToRecord(), r => r.ToWire());
        Add<P.ConfigSpec, ConfigSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Resource, Resource>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Extension, Extension>(m => m.ToRecord(), r => r.ToWire());
        Add<P.Volume, Volume>(m => m.ToRecord(), r => r.ToWire());
        Add<P.VolumeSpec, VolumeSpec>(m => m.ToRecord(), r => r.ToWire());
        Add<P.SessionRequest, SessionRequest>(m => m.ToRecord(), r => r.ToWire());
        Add<P.SessionMessage, SessionMessage>(m => m.ToRecord(), r => r.ToWire());
        Add<P.AssignmentsMessage, AssignmentsMessage>(
            m => m.ToRecord(new SharedRecords()),
            r => r.ToWire(new SharedMessages()));
        Add<P.SubscriptionMessage, LogSubscriptionMessage>(m => m.ToRecord(), r => r.ToWire());
        Add<P.LogMessage, TaskLogLine>(m => m.ToRecord(), r => r.ToWire());
        Add<P.StoreAction, StoreAction>(m => m.ToRecord(new SharedRecords()), r => r.ToWire());
        Add<Timestamp, DateTimeOffset>(m => m.ToTime(), r => r.ToWire()!);
        Add<Duration, TimeSpan>(m => m.ToSpan(), r => r.ToWire());
        Add<P.UpdateTaskStatusRequest, (string Session, ValueList<TaskStatusUpdate> Updates)>(
            m => (m.SessionId, m.ToRecords()),
            r => r.Updates.ToWire(r.Session));
        Add<P.UpdateVolumeStatusRequest, (string Session, ValueList<VolumeStatusUpdate> Updates)>(
            m => (m.SessionId, m.ToRecords()),
            r => r.Updates.ToWire(r.Session));
    }

    public static Conversions All { get; } = new();

    public IEnumerable<System.Type> Messages => _all.Keys;

    public IEnumerable<(System.Type Message, System.Type Record)> Pairs => _all.Select(entry => (entry.Key, entry.Value.Record));

    public object ToRecord(IMessage message) => _all[message.GetType()].To(message);

    public IMessage ToMessage(System.Type message, object record) => _all[message].Back(record);

    /// <summary>The message through its record; messages without a record, with every part that has one.</summary>
    public IMessage ThroughRecord(IMessage message) => _all.ContainsKey(message.GetType())
        ? ToMessage(message.GetType(), ToRecord(message))
        : ThroughParts(message);

    private IMessage ThroughParts(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder().Where(IsMessage))
        {
            switch (field.Accessor.GetValue(message))
            {
                case System.Collections.IList list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        list[i] = ThroughRecord((IMessage)list[i]!);
                    }

                    break;
                case IMessage part:
                    field.Accessor.SetValue(message, ThroughRecord(part));
                    break;
            }
        }

        return message;
    }

    private void Add<TMessage, TRecord>(Func<TMessage, TRecord> to, Func<TRecord, TMessage> back)
        where TMessage : IMessage
        where TRecord : notnull =>
        _all.Add(typeof(TMessage), (typeof(TRecord), m => to((TMessage)m), r => back((TRecord)r)));

    private static bool IsMessage(FieldDescriptor field) => !field.IsMap && field.FieldType == FieldType.Message;
}
