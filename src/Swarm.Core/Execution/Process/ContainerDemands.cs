namespace Swarm.Execution.Processes;

/// <summary>What a spec asks of a container that no process can have.</summary>
/// <remarks>A task that went without would be less shut in than its owner believes, so it does not run here.</remarks>
internal static class ContainerDemands
{
    private const long MostOomScore = 1000;

    /// <summary>Checks a spec.</summary>
    /// <exception cref="TaskRejectedException">It asks for something that only a container has.</exception>
    internal static void Check(ContainerSpec spec)
    {
        if (FaultOf(spec) is { } fault)
        {
            throw new TaskRejectedException(fault);
        }
    }

    private static string? FaultOf(ContainerSpec spec) => spec switch
    {
        { ReadOnly: true } =>
            "the root file system cannot be read-only for a process, which sees the files of its node",
        { Sysctls.IsEmpty: false } =>
            $"sysctl {spec.Sysctls.First().Key} cannot be set for a process, which shares the settings of its node",
        { Isolation: not Isolation.Default } =>
            $"isolation {spec.Isolation.ToString().ToLowerInvariant()} is for containers on Windows only",
        { OomScoreAdjustment: < -MostOomScore or > MostOomScore } =>
            $"invalid OOM score {spec.OomScoreAdjustment}: must be between -1000 and 1000",
        { Privileges.CredentialSpec: not null } => "credential specs are for containers on Windows only",
        { Privileges.SELinux: { Disable: false } } => "SELinux labels cannot be given to a process",
        { Privileges.Seccomp.Mode: "custom" } => "a seccomp profile cannot be applied to a process",
        _ => null,
    };
}
