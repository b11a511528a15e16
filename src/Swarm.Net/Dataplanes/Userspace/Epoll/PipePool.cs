namespace Swarm.Net.Userspace;

/// <summary>Pipes through which the kernel moves bulk from socket to socket; of one loop, all of them empty.</summary>
internal sealed unsafe class PipePool : IDisposable
{
    private const int Most = 256;

    private readonly Stack<(int Out, int In)> _idle = new();
    private int _given;

    /// <summary>A pipe; false when there are enough of them or no descriptors left.</summary>
    public bool TryTake(out (int Out, int In) pipe)
    {
        pipe = (-1, -1);
        if (_given == Most)
        {
            return false;
        }

        if (!_idle.TryPop(out pipe))
        {
            var ends = stackalloc int[2];
            if (Posix.Pipe(ends, Posix.NeverBlocks) < 0)
            {
                return false;
            }

            pipe = (ends[0], ends[1]);
        }

        _given++;
        return true;
    }

    public void Return((int Out, int In) pipe, bool isEmpty)
    {
        _given--;
        if (isEmpty)
        {
            _idle.Push(pipe);
        }
        else
        {
            Close(pipe);
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var pipe))
        {
            Close(pipe);
        }
    }

    private static void Close((int Out, int In) pipe)
    {
        _ = Posix.Close(pipe.Out);
        _ = Posix.Close(pipe.In);
    }
}
