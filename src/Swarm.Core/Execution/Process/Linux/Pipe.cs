namespace Swarm.Execution.Processes;

/// <summary>A pipe of which each end is closed exactly once.</summary>
internal sealed class Pipe
{
    private const int NamedSize = 1_048_576;

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

    /// <summary>A pipe with a name, which a process that comes later can go on reading.</summary>
    /// <remarks>
    /// The writing end can be read as well, so the pipe has a reader as long as it has a writer: without one, writers
    /// wait for room, where they would get a signal otherwise.
    /// </remarks>
    /// <param name="path">Where; what is there is replaced.</param>
    /// <param name="owner">Who may open it by <c>/dev/stdout</c>; null means this process's user.</param>
    internal static Pipe OpenNamed(string path, UserAccount? owner)
    {
        const uint forOwner = 0x180;
        File.Delete(path);
        if (Libc.MakePipe(path, forOwner) < 0)
        {
            throw Libc.Error($"mkfifo {path}");
        }

        var pipe = new Pipe(OpenReader(path), Libc.Open(path, Libc.OpenReadWrite | Libc.CloseOnExec));
        if (pipe.Writer < 0 || (owner is not null && Libc.ChangeOwner(path, owner.UserId, owner.GroupId) < 0))
        {
            var error = Libc.Error($"opening {path}");
            pipe.Close();
            throw error;
        }

        // The system may grant less. What is written while nobody reads has to fit in.
        _ = Libc.Control(pipe.Writer, Libc.SetPipeSize, NamedSize);
        return pipe;
    }

    /// <summary>The reading end of a named pipe; does not wait for a writer.</summary>
    internal static int OpenReader(string path)
    {
        var reader = Libc.Open(path, Libc.OpenReadOnly | Libc.NonBlocking | Libc.CloseOnExec);
        return reader < 0 ? throw Libc.Error($"open {path}") : reader;
    }

    /// <summary>Hands the reading end to the caller.</summary>
    internal int Take()
    {
        var reader = Reader;
        Reader = -1;
        return reader;
    }

    /// <summary>Hands the writing end to the caller; from now on it does not wait for a slow reader.</summary>
    internal int TakeWriter()
    {
        var writer = Writer;
        Writer = -1;
        _ = Libc.Control(writer, Libc.SetFlags, Libc.NonBlocking);
        return writer;
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
