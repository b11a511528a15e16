namespace Swarm.Execution.Processes;

/// <summary>A pipe of which each end is closed exactly once.</summary>
internal sealed class Pipe
{
    private Pipe(int reader, int writer) => (Reader, Writer) = (reader, writer);

    /// <summary>No pipe.</summary>
    internal static Pipe None { get; } = new(-1, -1);

    internal int Reader { get; private set; }

    internal int Writer { get; private set; }

    internal static unsafe Pipe Open()
    {
        var ends = stackalloc int[2];
        return Libc.Pipe(ends, Libc.CloseOnExec) < 0 ? throw Libc.Error("pipe") : new(ends[0], ends[1]);
    }

    /// <summary>Hands the reading end to the caller.</summary>
    internal int Take()
    {
        var reader = Reader;
        Reader = -1;
        return reader;
    }

    internal void CloseWriter()
    {
        if (Writer >= 0)
        {
            _ = Libc.Close(Writer);
            Writer = -1;
        }
    }

    internal void Close()
    {
        CloseWriter();
        if (Reader >= 0)
        {
            _ = Libc.Close(Reader);
            Reader = -1;
        }
    }
}
