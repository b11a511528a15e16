using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// The tasks of a node on disk, so that the next process of the node finds what still runs: a file per task with a
/// checksum and SwarmKit's message, replaced as a whole.
/// </summary>
/// <remarks>
/// Files survive the end of the process, which is what they are for; nothing waits for the disk, because tasks do not
/// survive a machine that loses power either. What such an end damages is left out at the next start.
/// </remarks>
internal sealed partial class FileAgentTaskStore(string directory, ILogger logger) : IAgentTaskStore
{
    private const string Extension = ".task";

    /// <summary>A node runs some hundred tasks; more files than this are not read.</summary>
    private const int MaxTasks = 10_000;

    /// <summary>As much as a message between managers and agents may have.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private const UnixFileMode ForOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // One change at a time: the last one saved is the last one on disk.
    private readonly Lock _gate = new();

    public ValueTask<IReadOnlyList<SwarmTask>> LoadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!Directory.Exists(directory))
            {
                return ValueTask.FromResult<IReadOnlyList<SwarmTask>>([]);
            }

            var files = Directory.EnumerateFiles(directory, $"*{Extension}").Take(MaxTasks + 1).ToList();
            if (files.Count > MaxTasks)
            {
                LogTooMany(directory, MaxTasks);
            }

            return ValueTask.FromResult<IReadOnlyList<SwarmTask>>(
                [.. files.Take(MaxTasks).Order(StringComparer.Ordinal).Select(Read).OfType<SwarmTask>()]);
        }
    }

    public ValueTask SaveAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        var message = task.ToWire().ToByteArray();
        if (message.Length > MaxBytes)
        {
            throw SwarmException.InvalidArgument(
                $"task {task.Id} has {message.Length} bytes, more than the {MaxBytes} that a node keeps of one task");
        }

        Write(PathOf(task.Id), message);
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(TaskId id, CancellationToken cancellationToken)
    {
        var path = PathOf(id);
        lock (_gate)
        {
            if (Directory.Exists(directory))
            {
                File.Delete(path);
            }
        }

        return ValueTask.CompletedTask;
    }

    // Ids come from other machines and must not lead out of the directory.
    private string PathOf(TaskId id) => id.Value.All(char.IsAsciiLetterOrDigit)
        ? Path.Combine(directory, id.Value + Extension)
        : throw SwarmException.InvalidArgument($"'{id}' is no task id; only letters and digits can be in one");

    private SwarmTask? Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length is <= SHA256.HashSizeInBytes or > MaxBytes + SHA256.HashSizeInBytes)
            {
                throw new InvalidDataException($"it has {length} bytes");
            }

            var content = File.ReadAllBytes(path).AsSpan();
            var message = content[SHA256.HashSizeInBytes..];
            if (!SHA256.HashData(message).AsSpan().SequenceEqual(content[..SHA256.HashSizeInBytes]))
            {
                throw new InvalidDataException("its checksum is wrong");
            }

            var task = Wire.Protos.Task.Parser.ParseFrom(message).ToRecord();
            return task.Id.Value == Path.GetFileNameWithoutExtension(path)
                ? task
                : throw new InvalidDataException($"it holds task {task.Id}");
        }
        catch (Exception exception) when (exception
            is IOException or InvalidDataException or UnauthorizedAccessException or SwarmException
            or InvalidProtocolBufferException)
        {
            LogDamaged(path, exception.Message);
            return null;
        }
    }

    private void MakeDirectory()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, ForOwner | UnixFileMode.UserExecute);
        }
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ForOwner;
        }

        return new FileStream(path, options);
    }

    [LoggerMessage(4035, LogLevel.Warning, "The saved task in {Path} cannot be read and is left out: {Reason}")]
    private partial void LogDamaged(string path, string reason);

    [LoggerMessage(4036, LogLevel.Warning, "{Directory} holds more than {Limit} tasks; the others are left out")]
    private partial void LogTooMany(string directory, int limit);

    private void Write(string path, byte[] message)
    {
        lock (_gate)
        {
            MakeDirectory();
            var temporary = $"{path}.tmp";
            File.Delete(temporary);
            using (var stream = Create(temporary))
            {
                stream.Write(SHA256.HashData(message));
                stream.Write(message);
            }

            File.Move(temporary, path, overwrite: true);
        }
    }
}
