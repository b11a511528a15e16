namespace Swarm.Net.Overlay;

/// <summary>
/// The thread on which the runtime collects garbage in the background. The thread that first needs it makes it, and it
/// stays for good in the network namespace where that one was, which could then never go.
/// </summary>
internal static class CollectorThread
{
    /// <summary>The runtime does not collect in the background for less than 4 MiB.</summary>
    private const int Worthwhile = 8 * 1024 * 1024;

    /// <summary>Has the thread made by this one, if there is none.</summary>
    public static void Wake()
    {
        var ballast = GC.AllocateUninitializedArray<byte>(Worthwhile);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        GC.KeepAlive(ballast);
    }
}
