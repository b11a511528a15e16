namespace Swarm.Execution.Processes;

/// <summary>All processes that came from one start, wherever they moved to.</summary>
/// <remarks>
/// With a cgroup membership is exact: a process cannot leave it by forking twice or by making a session of its own.
/// Without one, processes are found by the variable that only their start put into the environment, by the session,
/// and by their parents; what clears its environment and detaches as well escapes. Becoming the reaper of orphans
/// (<c>PR_SET_CHILD_SUBREAPER</c>) would not find those either, as it does not tell whose they were, and it would
/// make an embedding host responsible for orphans of children that have nothing to do with the swarm.
/// </remarks>
/// <param name="marker">An entry <c>NAME=value</c> of the environment that nothing else has.</param>
/// <param name="cgroup">The cgroup; null when there is none.</param>
internal sealed class ProcessGroup(string marker, TaskCgroup? cgroup)
{
    internal string Marker { get; } = marker;

    internal TaskCgroup? Cgroup { get; } = cgroup;

    /// <summary>The living members.</summary>
    /// <param name="leader">The process that was started; 0 when it is not known.</param>
    internal List<int> Members(int leader) => Cgroup?.Members() ?? Search(leader);

    /// <summary>Kills every member, those that appear meanwhile included.</summary>
    /// <returns>Whether there was any.</returns>
    internal bool Kill(int leader)
    {
        if (Cgroup?.KillAtOnce() is { } killed)
        {
            return killed;
        }

        // Ends when a look finds nobody new: a killed process cannot fork any more.
        var known = new HashSet<int>();
        for (var found = true; found;)
        {
            found = false;
            foreach (var pid in Members(leader).Where(known.Add))
            {
                _ = Libc.Kill(pid, Libc.SigKill);
                found = true;
            }
        }

        Reap(known, leader);
        return known.Count > 0;
    }

    // Orphans come to this process when it is the first of its container. Waiting for exactly these ids cannot take
    // away anybody else's child; for all others the call fails.
    private static void Reap(HashSet<int> pids, int leader)
    {
        foreach (var pid in pids.Where(pid => pid != leader))
        {
            _ = Libc.WaitPid(pid, out _, Libc.WaitNoHang);
        }
    }

    private List<int> Search(int leader)
    {
        var entries = ProcessEntry.All();
        var members = entries
            .Where(entry => (leader > 0 && (entry.Session == leader || entry.Pid == leader)) || HasMarker(entry.Pid))
            .Select(entry => entry.Pid)
            .ToHashSet();
        for (var before = 0; before != members.Count;)
        {
            before = members.Count;
            members.UnionWith(entries.Where(entry => members.Contains(entry.ParentPid)).Select(entry => entry.Pid));
        }

        members.Remove(Environment.ProcessId);
        return [.. entries.Where(entry => entry.IsAlive && members.Contains(entry.Pid)).Select(entry => entry.Pid)];
    }

    private bool HasMarker(int pid)
    {
        var environment = ProcessEntry.ReadFile(pid, "environ");
        var index = environment.IndexOf(Marker, StringComparison.Ordinal);
        return index >= 0
            && (index == 0 || environment[index - 1] == '\0')
            && (index + Marker.Length == environment.Length || environment[index + Marker.Length] == '\0');
    }
}
