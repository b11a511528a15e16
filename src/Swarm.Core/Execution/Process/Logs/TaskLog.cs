using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Execution.Processes;

/// <summary>The output of a task: numbered files of a limited size, of which the oldest are dropped.</summary>
/// <remarks>One writer, the event loop; any number of readers.</remarks>
internal sealed class TaskLog : IDisposable
{
    private const long SmallestFile = 65_536;

    private readonly Lock _gate = new();
    private readonly string _directory;
    private readonly TimeProvider _timeProvider;
    private readonly long _fileBytes;
    private readonly int _files;
    private readonly Dictionary<LogStream, LineSplitter> _splitters = [];
    private readonly byte[] _record = new byte[LogRecord.HeaderSize + LineSplitter.MaximumLength];
    private TaskCompletionSource _changed = NewSignal();
    private SafeFileHandle? _current;
    private long _length;
    private int _oldest = 1;
    private int _newest;
    private bool _completed;

    internal TaskLog(string directory, ProcessExecutorOptions options, TimeProvider timeProvider)
    {
        _directory = directory;
        _timeProvider = timeProvider;
        _fileBytes = Math.Max(options.LogFileBytes, SmallestFile);
        _files = Math.Max(options.LogFiles, 1);
        FindEarlierFiles();
    }

    /// <summary>Takes output.</summary>
    internal void Append(LogStream stream, ReadOnlySpan<byte> data)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            if (!_splitters.TryGetValue(stream, out var splitter))
            {
                _splitters.Add(stream, splitter = new());
            }

            splitter.Split(data, line => WriteLine(stream, line));
            changed = Exchange();
        }

        changed.TrySetResult();
    }

    /// <summary>Nothing more comes: lines without an end are written, and readers that follow end.</summary>
    internal void Complete()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            foreach (var (stream, splitter) in _splitters)
            {
                splitter.Flush(line => WriteLine(stream, line));
            }

            _completed = true;
            _current?.Dispose();
            _current = null;
            changed = Exchange();
        }

        changed.TrySetResult();
    }

    /// <summary>What there is, for a reader that has come as far as the given file.</summary>
    internal LogPosition Locate(int file)
    {
        lock (_gate)
        {
            var next = Math.Max(file, _oldest);
            return new(next, FilePath(next), next < _newest, next <= _newest, _completed, _changed.Task);
        }
    }

    public void Dispose() => Complete();

    // An earlier life of this node may have left output of the same task.
    private void FindEarlierFiles()
    {
        if (!Directory.Exists(_directory))
        {
            return;
        }

        var numbers = Directory.EnumerateFiles(_directory, "output.*.log")
            .Select(file => Path.GetFileName(file).Split('.')[1])
            .Select(number => int.TryParse(number, CultureInfo.InvariantCulture, out var value) ? value : 0)
            .Where(number => number > 0)
            .ToList();
        _newest = numbers.DefaultIfEmpty(0).Max();
        _oldest = numbers.DefaultIfEmpty(1).Min();
    }

    private void WriteLine(LogStream stream, ReadOnlySpan<byte> line)
    {
        var size = LogRecord.HeaderSize + line.Length;
        if (_current is null && _newest > 0)
        {
            Reopen();
        }

        if (_current is null || _length + size > _fileBytes)
        {
            Rotate();
        }

        LogRecord.Write(_record, stream, _timeProvider.GetUtcNow(), line);
        RandomAccess.Write(_current!, _record.AsSpan(0, size), _length);
        _length += size;
    }

    // Goes on in the file of an earlier life, after its last whole line.
    private void Reopen()
    {
        const int bufferSize = 1_048_576;
        var file = File.OpenHandle(
            FilePath(_newest), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[bufferSize];
        _length = 0;
        for (var any = true; any;)
        {
            any = false;
            var rest = buffer.AsSpan(0, RandomAccess.Read(file, buffer, _length));
            while (LogRecord.SizeAt(rest) is > 0 and var size)
            {
                rest = rest[size..];
                _length += size;
                any = true;
            }
        }

        RandomAccess.SetLength(file, _length);
        _current = file;
    }

    private void Rotate()
    {
        _current?.Dispose();
        _newest++;
        _length = 0;
        Directory.CreateDirectory(_directory);
        _current = File.OpenHandle(
            FilePath(_newest), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        for (; _oldest <= _newest - _files; _oldest++)
        {
            File.Delete(FilePath(_oldest));
        }
    }

    private TaskCompletionSource Exchange()
    {
        var changed = _changed;
        _changed = NewSignal();
        return changed;
    }

    private string FilePath(int file) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"output.{file}.log"));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Where a reader of a log goes on.</summary>
/// <param name="File">Number of the file.</param>
/// <param name="Path">Its path.</param>
/// <param name="IsClosed">Nothing will be added to it.</param>
/// <param name="Exists">It has been begun.</param>
/// <param name="IsCompleted">Nothing will be added to the log.</param>
/// <param name="Changed">Completes at the next change after this answer.</param>
internal sealed record LogPosition(int File, string Path, bool IsClosed, bool Exists, bool IsCompleted, Task Changed);
