using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Swarm.Execution.Processes;

/// <summary>Output of a command on its way to a reader; when there is much, the command waits.</summary>
internal sealed class ExecQueue
{
    private const int Capacity = 256 * 1024;

    /// <summary>What a piece costs besides its bytes.</summary>
    private const int PieceCost = 64;

    private readonly Lock _gate = new();
    private readonly Channel<ExecOutput> _pieces =
        Channel.CreateUnbounded<ExecOutput>(new() { SingleReader = true, AllowSynchronousContinuations = false });

    private SpawnedProcess? _process;
    private int _size;
    private bool _paused;
    private bool _dropped;

    /// <summary>Whether the command may be waiting for the reader.</summary>
    internal bool IsPaused
    {
        get
        {
            lock (_gate)
            {
                return _paused;
            }
        }
    }

    /// <summary>Takes output as it comes.</summary>
    internal void Append(LogStream stream, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (!_dropped && _pieces.Writer.TryWrite(new(stream, data.ToArray())))
            {
                _size += data.Length + PieceCost;
                PauseWhenFull();
            }
        }
    }

    /// <summary>Names the process whose output this is; some of it may be here already.</summary>
    internal void Attach(SpawnedProcess process)
    {
        lock (_gate)
        {
            _process = process;
            PauseWhenFull();
        }
    }

    /// <summary>There will be no more.</summary>
    internal void Complete() => _pieces.Writer.TryComplete();

    /// <summary>Lets the process run on with nobody reading.</summary>
    internal void Drop()
    {
        lock (_gate)
        {
            _dropped = true;
            _pieces.Writer.TryComplete();
            Resume();
        }
    }

    internal async IAsyncEnumerable<ExecOutput> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _pieces.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_pieces.Reader.TryRead(out var piece))
            {
                Taken(piece);
                yield return piece;
            }
        }
    }

    private void Taken(ExecOutput piece)
    {
        lock (_gate)
        {
            _size -= piece.Data.Length + PieceCost;
            if (_size < Capacity / 2)
            {
                Resume();
            }
        }
    }

    private void PauseWhenFull()
    {
        if (_size >= Capacity && !_paused && _process is not null)
        {
            _paused = true;
            _process.PauseOutput();
        }
    }

    private void Resume()
    {
        if (_paused)
        {
            _paused = false;
            _process!.ResumeOutput();
        }
    }
}
