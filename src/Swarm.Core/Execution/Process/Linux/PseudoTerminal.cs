using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>A terminal without a screen: what is written at one end is typed at the other.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private const int LongestPath = 128;

    private int _reader;
    private int _writer;

    private PseudoTerminal(int reader, int writer, string path) => (_reader, _writer, Path) = (reader, writer, path);

    /// <summary>What the process opens.</summary>
    internal string Path { get; }

    /// <summary>Makes a terminal.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="owner">Who may open it once more as <c>/dev/tty</c>; null means this process's user.</param>
    /// <exception cref="IOException">The system has none to give.</exception>
    internal static PseudoTerminal Open(TerminalSize size, UserAccount? owner)
    {
        var reader = Libc.OpenTerminal(Libc.OpenReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec);
        if (reader < 0)
        {
            throw Libc.Error("posix_openpt");
        }

        var writer = -1;
        try
        {
            var path = Unlock(reader);
            if (owner is not null && Libc.ChangeOwner(path, owner.UserId, owner.GroupId) < 0)
            {
                throw Libc.Error($"chown {path}");
            }

            // A descriptor of its own, because the two directions are waited for and closed apart.
            writer = Libc.Control(reader, Libc.DuplicateCloseOnExec, 0);
            if (writer < 0)
            {
                throw Libc.Error("fcntl");
            }

            _ = Libc.Control(reader, Libc.SetFlags, Libc.OpenReadWrite | Libc.NonBlocking);
            Resize(writer, size);
            return new(reader, writer, path);
        }
        catch
        {
            _ = Libc.Close(reader);
            throw;
        }
    }

    /// <summary>Tells whoever uses the terminal how large it is.</summary>
    internal static void Resize(int descriptor, TerminalSize size)
    {
        // struct winsize: rows, columns, and two sizes in pixels that nobody knows.
        var window = stackalloc ushort[4];
        (window[0], window[1], window[2], window[3]) = (size.Rows, size.Columns, 0, 0);
        _ = Libc.ControlDevice(descriptor, Libc.SetWindowSize, window);
    }

    internal int Take()
    {
        var reader = _reader;
        _reader = -1;
        return reader;
    }

    internal int TakeWriter()
    {
        var writer = _writer;
        _writer = -1;
        return writer;
    }

    public void Dispose()
    {
        if (_reader >= 0)
        {
            _ = Libc.Close(_reader);
        }

        if (_writer >= 0)
        {
            _ = Libc.Close(_writer);
        }

        (_reader, _writer) = (-1, -1);
    }

    private static string Unlock(int descriptor)
    {
        if (Libc.GrantTerminal(descriptor) < 0 || Libc.UnlockTerminal(descriptor) < 0)
        {
            throw Libc.Error("unlockpt");
        }

        var name = stackalloc byte[LongestPath];
        var error = Libc.NameOfTerminal(descriptor, name, LongestPath);
        return error == 0
            ? Marshal.PtrToStringUTF8((nint)name)!
            : throw new IOException($"ptsname: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
