using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Swarm.Execution.Processes;

/// <summary>
/// Where the secrets and configs of tasks are: in memory where the machine has a file system for that, otherwise in a
/// directory that only this user can enter.
/// </summary>
internal sealed class TaskFileStore
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Pass = Own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Look = Pass | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const int NameLength = 16;
    private const string SharedMemory = "/dev/shm";

    private readonly string _stateDirectory;
    private readonly string? _secretsDirectory;
    private readonly ILogger _logger;
    private readonly Lazy<string[]> _candidates;
    private readonly Lazy<string> _root;
    private readonly ConcurrentDictionary<string, string> _live = new(StringComparer.Ordinal);

    /// <summary>Makes the store of a node.</summary>
    /// <param name="stateDirectory">The node's directory.</param>
    /// <param name="secretsDirectory">Where files are to be; null lets the store choose.</param>
    /// <param name="logger">The log.</param>
    internal TaskFileStore(string stateDirectory, string? secretsDirectory, ILogger logger)
    {
        _stateDirectory = stateDirectory;
        _secretsDirectory = secretsDirectory;
        _logger = logger;
        _candidates = new(FindCandidates);
        _root = new(FindRoot);
    }

    /// <summary>Writes the files of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="files">Its files; not empty.</param>
    /// <param name="user">Who it runs as; null means as this process does.</param>
    /// <returns>The directory with <c>secrets</c> and <c>configs</c> in it.</returns>
    /// <exception cref="IOException">They cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">They cannot be written.</exception>
    internal string Write(TaskId task, TaskFileSet files, UserAccount? user)
    {
        var directory = PathOf(task);
        _live[task.ToString()] = directory;
        FileWiper.Wipe(directory);
        UnixFiles.MakeDirectory(directory, Own);
        WriteAll(SecretsIn(directory), files.Secrets);
        WriteAll(ConfigsIn(directory), files.Configs);

        // Its user passes through here, and nobody else; what is inside belongs to this process.
        if (user is not null)
        {
            UnixFiles.SetMode(directory, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            if (Libc.ChangeOwner(directory, user.UserId, user.GroupId) < 0)
            {
                throw Libc.Error($"chown {directory}");
            }
        }

        return directory;
    }

    internal static string SecretsIn(string directory) => Path.Combine(directory, "secrets");

    internal static string ConfigsIn(string directory) => Path.Combine(directory, "configs");

    /// <summary>Wipes the files of a task, also those of an earlier life of this node.</summary>
    internal void Wipe(TaskId task)
    {
        foreach (var root in _candidates.Value)
        {
            Wipe(Path.Combine(root, task.ToString()));
        }

        _live.TryRemove(task.ToString(), out _);
    }

    /// <summary>Wipes what an earlier life of this node left behind of tasks that no process belongs to.</summary>
    internal void Sweep(Func<TaskId, bool> isRunning)
    {
        var roots = _candidates.Value.Where(root => FileFacts.Of(root) is { IsOwnDirectory: true });
        foreach (var directory in roots.SelectMany(Directory.GetDirectories))
        {
            var name = Path.GetFileName(directory);
            if (!_live.ContainsKey(name) && !isRunning(new TaskId(name)))
            {
                Wipe(directory);
            }
        }
    }

    /// <summary>Wipes everything of this life.</summary>
    internal void WipeAll()
    {
        foreach (var (task, directory) in _live.ToArray())
        {
            Wipe(directory);
            _live.TryRemove(task, out _);
        }

        if (_root.IsValueCreated)
        {
            try
            {
                Directory.Delete(_root.Value);
            }
            catch (IOException)
            {
                // Something of an earlier life is still in it.
            }
        }
    }

    private static string UserDirectory => $"{SharedMemory}/swarm-{Libc.EffectiveUserId()}";

    private string PathOf(TaskId task) => Path.Combine(_root.Value, task.ToString());

    private void Wipe(string directory)
    {
        try
        {
            FileWiper.Wipe(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ExecutorLog.NotWiped(_logger, directory, exception.Message);
        }
    }

    private static void WriteAll(string directory, ValueList<TaskFile> files)
    {
        if (files.IsEmpty)
        {
            return;
        }

        UnixFiles.MakeDirectory(directory, Look);
        UnixFiles.SetMode(directory, Look);
        foreach (var file in files)
        {
            var path = Path.Combine(directory, file.Path);
            MakeParents(directory, file.Path);
            Write(path, file);
        }
    }

    // The process's mask for new files must not close directories to the task's user.
    private static void MakeParents(string directory, string path)
    {
        foreach (var part in path.Split('/').SkipLast(1))
        {
            directory = Path.Combine(directory, part);
            Directory.CreateDirectory(directory);
            UnixFiles.SetMode(directory, Look);
        }
    }

    private static void Write(string path, TaskFile file)
    {
        using (var stream = UnixFiles.Create(path))
        {
            stream.Write(file.Content);
        }

        // Without privileges the file stays this user's, as whom the task runs then as well.
        if (Libc.EffectiveUserId() == 0 && Libc.ChangeOwner(path, file.UserId, file.GroupId) < 0)
        {
            throw Libc.Error($"chown {path}");
        }

        UnixFiles.SetMode(path, file.Mode);
    }

    private string FindRoot()
    {
        foreach (var root in _candidates.Value)
        {
            if (TryMake(root, out var reason))
            {
                if (!IsInMemory(root))
                {
                    ExecutorLog.SecretsOnDisk(_logger, root);
                }

                return root;
            }

            ExecutorLog.SecretsNotHere(_logger, root, reason);
        }

        throw new IOException("no directory for the secrets and configs of tasks can be made; see the log");
    }

    // One per state directory, so that nodes of one machine do not sweep each other's.
    private string[] FindCandidates()
    {
        if (_secretsDirectory is { Length: > 0 } chosen)
        {
            return [Path.GetFullPath(chosen)];
        }

        var state = Path.GetFullPath(_stateDirectory);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)))[..NameLength];
        var onDisk = Path.Combine(state, ".files");
        return IsInMemory(SharedMemory) ? [$"{UserDirectory}/{name}", onDisk] : [onDisk];
    }

    private static bool TryMake(string root, out string reason)
    {
        try
        {
            // In a directory that anybody may write, somebody may have been here first.
            string[] directories = Path.GetDirectoryName(root) == UserDirectory ? [UserDirectory, root] : [root];
            foreach (var directory in directories)
            {
                UnixFiles.MakeDirectory(directory, Pass);
                if (FileFacts.Of(directory) is not { IsOwnDirectory: true })
                {
                    reason = $"{directory} is not a directory that only this user can write";
                    return false;
                }

                UnixFiles.SetMode(directory, Pass);
            }

            reason = "";
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reason = exception.Message;
            return false;
        }
    }

    private static bool IsInMemory(string path)
    {
        try
        {
            return new DriveInfo(path).DriveFormat is "tmpfs" or "ramfs";
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
