namespace Swarm;

/// <summary>The container or process of a task.</summary>
/// <param name="ContainerId">Its id: 64 hexadecimal digits.</param>
/// <param name="Pid">Process id on its node; 0 when it does not run.</param>
/// <param name="ExitCode">Exit code; 0 while it runs.</param>
public sealed record ContainerStatus(string ContainerId, int Pid, int ExitCode);
