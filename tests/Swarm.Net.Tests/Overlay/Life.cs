using System.Diagnostics;

namespace Swarm.Net.Tests.Overlay;

/// <summary>A process in a namespace.</summary>
internal sealed class Life : IDisposable
{
    private readonly Process _process;

    private Life(Process process) => _process = process;

    public static Life In(string path)
    {
        var process = Process.Start("nsenter", [$"--net={path}", "sleep", "600"]);
        SpinWait.SpinUntil(() => PlaceOf(process.Id) is { } place && place != PlaceOf(Environment.ProcessId));
        return new Life(process);
    }

    private static string? PlaceOf(int process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget;

    public void End()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            End();
        }

        _process.Dispose();
    }
}
