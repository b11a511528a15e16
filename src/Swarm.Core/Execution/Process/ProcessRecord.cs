using System.Text.Json.Serialization;

namespace Swarm.Execution.Processes;

/// <summary>What the next life of the executor must know of a task's process to take it over.</summary>
internal sealed record ProcessRecord
{
    public required string ContainerId { get; init; }

    public required LaunchPlan Plan { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The executor that looks after it.</summary>
    public required ProcessIdentity Owner { get; init; }

    /// <summary>The task's process; null before the start.</summary>
    public ProcessIdentity? Process { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public bool InCgroup { get; init; }

    public ValueList<PortPublication> Ports { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public TaskExit? Exit { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>A process that no other process can be mistaken for.</summary>
/// <param name="BootId">The start of the system it belongs to: ids and ticks begin anew with each.</param>
/// <param name="Pid">Process id; given to others after its end.</param>
/// <param name="StartTicks">Its start, in clock ticks since the system started.</param>
internal sealed record ProcessIdentity(string BootId, int Pid, long StartTicks)
{
    // Before everything that is made of it: static members are initialized in the order of the text.
    private static string CurrentBoot { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>This process.</summary>
    internal static ProcessIdentity Own { get; } = Of(Environment.ProcessId)
        ?? throw new IOException("/proc does not show this process; is it mounted?");

    /// <summary>True while the process runs.</summary>
    internal bool IsAlive => ProcessEntry.Read(Pid) is { IsAlive: true } && Of(Pid) == this;

    /// <summary>The identity of a process, dead ones that nobody has waited for included; null when there is none.</summary>
    internal static ProcessIdentity? Of(int pid) =>
        ProcessEntry.Read(pid) is { } entry ? new(CurrentBoot, pid, entry.StartTicks) : null;
}

[JsonSourceGenerationOptions(Converters =
[
    typeof(ValueListConverter<string>),
    typeof(ValueListConverter<uint>),
    typeof(ValueListConverter<EnvironmentVariable>),
    typeof(ValueListConverter<Ulimit>),
    typeof(ValueListConverter<BindMount>),
    typeof(ValueListConverter<PortPublication>),
    typeof(ValueDictionaryConverter),
])]
[JsonSerializable(typeof(ProcessRecord))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(uint[]))]
[JsonSerializable(typeof(EnvironmentVariable[]))]
[JsonSerializable(typeof(Ulimit[]))]
[JsonSerializable(typeof(BindMount[]))]
[JsonSerializable(typeof(PortPublication[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ProcessRecordJson : JsonSerializerContext;
