using System.Runtime.ExceptionServices;

namespace Swarm.Execution.Processes;

/// <summary>Does something in another network namespace. What is started there stays there.</summary>
internal static class NetworkNamespaces
{
    private const int NewNetwork = 0x40000000;

    /// <summary>Does something on a thread that is in a namespace.</summary>
    /// <exception cref="IOException">There is no such namespace, or it may not be entered.</exception>
    internal static T Within<T>(string path, Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;

        // Namespaces belong to threads; one of the pool would take it along to other work.
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = "network namespace",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Enter(string path)
    {
        var descriptor = Libc.Open(path, Libc.OpenReadOnly | Libc.CloseOnExec);
        if (descriptor < 0)
        {
            throw Libc.Error($"open {path}");
        }

        try
        {
            if (Libc.EnterNamespace(descriptor, NewNetwork) < 0)
            {
                throw Libc.Error("setns");
            }
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }
}
