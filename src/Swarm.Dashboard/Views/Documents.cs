using System.Text.Json.Serialization;

namespace Swarm.Dashboard;

// What the page gets: nothing of a spec but what it shows. Times are milliseconds of Unix time, processors are numbers
// of processors, memory is bytes. Empty and zero are left out where the page does not reckon with them.
internal sealed record NodeDocument(
    string Id,
    string Name,
    string Role,
    string Avail,
    string State,
    long Created,
    string? Msg,
    string? Addr,
    double Cpu,
    long Mem,
    string? Os,
    string? Arch,
    string? Engine,
    Dictionary<string, string>? Labels,
    Dictionary<string, string>? EngineLabels);

internal sealed record PortDocument(int Target, int Published, string Proto, string Mode);

internal sealed record RolloutDocument(string State, long Started, long Done, string? Msg);

internal sealed record ServiceDocument(
    string Id,
    string Name,
    string Mode,
    long Replicas,
    long Concurrent,
    string? Image,
    string? Stack,
    PortDocument[]? Ports,
    string[]? Nets,
    RolloutDocument? Rollout,
    ulong SpecVersion,
    ulong Iteration,
    long Created,
    long Updated);

internal sealed record TaskDocument(
    string Id,
    string? Svc,
    string? Node,
    int Slot,
    string? Name,
    string State,
    string Want,
    long At,
    string? Msg,
    string? Err,
    long Created,
    ulong SpecVersion,
    ulong Iteration,
    string? Image,
    int Exit,
    double Cpu,
    long Mem);

internal sealed record NetworkDocument(
    string Id,
    string Name,
    string Driver,
    string[]? Subnets,
    bool Ingress,
    bool Internal,
    bool Attachable,
    bool Ipv6,
    string? Stack,
    long Created);

internal sealed record EventDocument(
    ulong V,
    long At,
    string Kind,
    string Action,
    string Id,
    string Name,
    string Text,
    string? Who);

internal sealed record ManagerDocument(string Id, string Addr, bool Leader, bool Reachable);

internal sealed record StatusDocument(
    string State,
    string? Error,
    string Self,
    string? Swarm,
    string? Leader,
    ulong Term,
    ManagerDocument[]? Managers,
    int Secrets,
    int Configs);

internal sealed record SampleDocument(
    long At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int Running,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int Waiting,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int Failed,
    double? P50,
    double? P99,
    double? Commits,
    long? Lag);

internal sealed record SnapshotDocument(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ulong V,
    StatusDocument Status,
    bool Actions,
    bool Logs,
    int Truncated,
    IReadOnlyList<NodeDocument> Nodes,
    IReadOnlyList<ServiceDocument> Services,
    IReadOnlyList<TaskDocument> Tasks,
    IReadOnlyList<NetworkDocument> Networks,
    IReadOnlyList<EventDocument> Events,
    IReadOnlyList<SampleDocument> Samples);

internal sealed record GoneDocument(string[]? Nodes, string[]? Services, string[]? Tasks, string[]? Networks);

internal sealed record ChangesDocument(
    ulong V,
    NodeDocument[]? Nodes,
    ServiceDocument[]? Services,
    TaskDocument[]? Tasks,
    NetworkDocument[]? Networks,
    GoneDocument? Gone);

internal sealed record VariableDocument(string Name, string? Value);

internal sealed record WorkloadDocument
{
    public string? Image { get; init; }

    public string[]? Command { get; init; }

    public string[]? Args { get; init; }

    public string? Dir { get; init; }

    public string? User { get; init; }

    public VariableDocument[]? Env { get; init; }

    public string[]? Mounts { get; init; }

    public string[]? Secrets { get; init; }

    public string[]? Configs { get; init; }

    public string[]? Constraints { get; init; }

    public string? Restart { get; init; }

    public double Cpu { get; init; }

    public long Mem { get; init; }

    public double CpuLimit { get; init; }

    public long MemLimit { get; init; }

    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record TaskDetailDocument(
    TaskDocument Task,
    string Cause,
    string Reason,
    string? Container,
    int Pid,
    string[]? Addresses,
    PortDocument[]? Ports,
    WorkloadDocument Workload,
    TaskDocument[] History);

internal sealed record ServiceDetailDocument(
    ServiceDocument Service,
    WorkloadDocument Workload,
    string? Update,
    string[]? Vips);

internal sealed record LineDocument(long At, bool Err, string Text);

internal sealed record ActionDocument(string? Kind, string? Id, long? Replicas, string? Value);

internal sealed record FaultDocument(string Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(ChangesDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(SampleDocument))]
[JsonSerializable(typeof(EventDocument[]))]
[JsonSerializable(typeof(TaskDetailDocument))]
[JsonSerializable(typeof(ServiceDetailDocument))]
[JsonSerializable(typeof(LineDocument[]))]
[JsonSerializable(typeof(ActionDocument))]
[JsonSerializable(typeof(FaultDocument))]
[JsonSerializable(typeof(string))]
internal sealed partial class DashboardJson : JsonSerializerContext;
