namespace Swarm.Execution.Processes;

/// <summary>Cuts one output of a task into lines.</summary>
/// <remarks>A line without an end is kept back until the end comes, it is too long, or the task ends.</remarks>
internal sealed class LineSplitter
{
    internal const int MaximumLength = 16_384;

    private readonly byte[] _pending = new byte[MaximumLength];
    private int _count;

    /// <summary>Takes output and gives the lines that it completes, each valid during its call only.</summary>
    internal void Split(ReadOnlySpan<byte> data, Action<ReadOnlySpan<byte>> line)
    {
        while (!data.IsEmpty)
        {
            var newline = data.IndexOf((byte)'\n');
            var length = newline < 0 ? data.Length : newline + 1;
            length = Math.Min(length, MaximumLength - _count);
            data[..length].CopyTo(_pending.AsSpan(_count));
            _count += length;
            if (_count == MaximumLength || _pending[_count - 1] == '\n')
            {
                Flush(line);
            }

            data = data[length..];
        }
    }

    /// <summary>Gives what is left at the end of the task.</summary>
    internal void Flush(Action<ReadOnlySpan<byte>> line)
    {
        if (_count > 0)
        {
            // Emptied first: a line that cannot be written is lost, and must not stand in the way of the next.
            var count = _count;
            _count = 0;
            line(_pending.AsSpan(0, count));
        }
    }
}
