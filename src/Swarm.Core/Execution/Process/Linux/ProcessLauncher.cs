using System.Runtime.InteropServices;

namespace Swarm.Execution.Processes;

/// <summary>Starts processes.</summary>
/// <remarks>
/// <c>posix_spawn</c>, because a forked copy of the runtime may not run managed code. Every process leads a session
/// of its own, so signals from a terminal and the end of the host's session do not reach it. When the host dies,
/// tasks live on as children of the system's first process, which also reaps them; their output waits in named pipes.
/// The next life of the executor takes them over.
/// </remarks>
internal static unsafe class ProcessLauncher
{
    internal const string OutputName = "stdout";
    internal const string ErrorsName = "stderr";

    /// <summary>Starts a process.</summary>
    /// <exception cref="LaunchException">The program cannot be run.</exception>
    /// <exception cref="IOException">The system refuses.</exception>
    internal static SpawnedProcess Launch(LaunchRequest request, EventLoop loop)
    {
        request = SwitchUser(request);
        var limits = ResourceLimitNames.Resolve(request.Ulimits);
        var gated = LaunchGate.IsNeeded(request);
        var gate = Pipe.None;
        using var streams = LaunchStreams.Open(request);
        try
        {
            gate = gated ? Pipe.Open() : gate;
            var pid = Spawn(gated ? LaunchGate.Wrap(request) : request, streams, gate.Reader);
            if (gated)
            {
                OpenGate(pid, request, limits, gate);
            }

            return Follow(pid, request, loop, streams);
        }
        finally
        {
            gate.Close();
        }
    }

    private static SpawnedProcess Follow(int pid, LaunchRequest request, EventLoop loop, LaunchStreams streams)
    {
        try
        {
            return new(pid, request, loop, streams);
        }
        catch
        {
            // The executor is being disposed: nobody would learn of this process any more.
            EndUnfollowed(pid);
            throw;
        }
    }

    private static void EndUnfollowed(int pid)
    {
        _ = Libc.Kill(pid, Libc.SigKill);
        _ = Libc.WaitPid(pid, out _, 0);
    }

    private static LaunchRequest SwitchUser(LaunchRequest request)
    {
        if (request.User is null && !request.NoNewPrivileges && request.Capabilities.Length == 0)
        {
            return request;
        }

        var arguments = new List<string> { "setpriv" };
        if (request.User is { } user)
        {
            arguments.AddRange(user.SetprivOptions);
        }

        if (request.NoNewPrivileges)
        {
            arguments.Add("--no-new-privs");
        }

        if (request.Capabilities is { Length: > 0 } capabilities)
        {
            arguments.AddRange([$"--bounding-set={capabilities}", $"--inh-caps={capabilities}"]);
        }

        arguments.AddRange(["--", request.Executable, .. request.Arguments.Skip(1)]);
        return request with { Executable = UserAccount.Setpriv!, Arguments = arguments.ToValueList() };
    }

    private static int Spawn(LaunchRequest request, LaunchStreams streams, int gate) =>
        request.NetworkNamespace.Length == 0
            ? SpawnHere(request, streams, gate)
            : NetworkNamespaces.Within(request.NetworkNamespace, () => SpawnHere(request, streams, gate));

    private static int SpawnHere(LaunchRequest request, LaunchStreams streams, int gate)
    {
        using var arguments = new SpawnArguments(request, streams, gate);
        var error = Libc.Spawn(
            out var pid,
            arguments.Path,
            arguments.Actions,
            arguments.Attributes,
            arguments.Arguments,
            arguments.Environment);
        return error switch
        {
            0 => pid,
            Libc.ErrNoEntry or Libc.ErrAccess or Libc.ErrExecFormat =>
                throw LaunchException.For(request.Arguments[0], error),
            _ => throw new IOException($"posix_spawn: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    private static void SetOomScore(int pid, int score)
    {
        if (score == 0)
        {
            return;
        }

        try
        {
            var text = score.ToString(System.Globalization.CultureInfo.InvariantCulture);
            File.WriteAllText($"/proc/{pid}/oom_score_adj", text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException(
                $"OOM score {score} cannot be set: {exception.Message}", LaunchException.NotExecutableCode);
        }
    }

    private static void OpenGate(
        int pid,
        LaunchRequest request,
        List<(int Resource, ulong Soft, ulong Hard)> limits,
        Pipe gate)
    {
        try
        {
            request.Group.Cgroup?.Add(pid);
            SetOomScore(pid, request.OomScore);
            var limit = stackalloc ulong[2];
            foreach (var (resource, soft, hard) in limits)
            {
                (limit[0], limit[1]) = (soft, hard);
                if (Libc.SetProcessLimit(pid, resource, limit, null) < 0)
                {
                    throw Libc.Error("prlimit");
                }
            }

            byte line = (byte)'\n';
            if (Libc.Write(gate.Writer, &line, 1) != 1)
            {
                throw Libc.Error("write");
            }
        }
        catch
        {
            // Without its line the shell ends by itself; nobody else will wait for it.
            gate.Close();
            EndUnfollowed(pid);
            throw;
        }
    }
}
