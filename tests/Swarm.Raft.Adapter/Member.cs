using System.Text;
using System.Text.Json;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Adapter;

/// <summary>
/// A host of one core: a store whose writes become durable only when told so, and an application that is a list of texts.
/// </summary>
internal sealed class Member
{
    private readonly RaftCoreOptions _options;
    private readonly Random _random;
    private readonly Queue<Write> _writes = new();
    private readonly List<Message> _outgoing = [];
    private readonly List<(ulong Index, ConfState State)> _memberships = [];
    private readonly List<(string Context, ulong Index)> _reads = [];

    public Member(
        RaftCoreOptions options, Snapshot snapshot, IReadOnlyList<Entry> entries, HardState state, Random random)
    {
        (_options, _random) = (options, random);
        Log = new MemoryRaftLog(snapshot);
        Log.Append([.. entries]);
        Durable = state;
        Core = Start();
    }

    public RaftCore Core { get; private set; }

    public MemoryRaftLog Log { get; }

    public HardState Durable { get; private set; }

    public ulong AppliedIndex { get; private set; }

    public List<(ulong Index, string Text)> Applied { get; } = [];

    public Dictionary<string, ulong> Served { get; } = [];

    public bool HasWork => Core.HasReady || _writes.Count > 0 || _outgoing.Count > 0;

    public int PendingWrites => _writes.Count;

    /// <summary>Sees every entry as it is applied.</summary>
    public Action<Entry>? OnApplied { get; set; }

    /// <summary>Sees every message as it leaves.</summary>
    public Action<Message>? OnSent { get; set; }

    public static byte[] EncodeState(IEnumerable<string> texts) => JsonSerializer.SerializeToUtf8Bytes(texts);

    /// <summary>Takes one output: its writes are queued, its messages collected, its entries applied.</summary>
    public void Poll()
    {
        var ready = Core.TakeReady();
        foreach (var message in ready.Messages.Span)
        {
            var kept = message with { Entries = message.Entries.ToArray() };
            OnSent?.Invoke(kept);
            _outgoing.Add(kept);
        }

        foreach (var change in ready.Memberships.Span)
        {
            _memberships.Add((change.Index, change.State));
        }

        if (ready.Token != 0 || ready.HardState is not null)
        {
            _writes.Enqueue(new Write(ready.Token, ready.Snapshot, ready.Entries.ToArray(), ready.HardState));
        }

        foreach (var entry in ready.Committed.Span)
        {
            Apply(entry);
        }

        Core.Applied(AppliedIndex);
        foreach (var read in ready.Reads.Span)
        {
            _reads.Add((Encoding.UTF8.GetString(read.Context.Span), read.Index));
        }

        ServeReads();
    }

    /// <summary>Makes the oldest write durable.</summary>
    public void FlushOne()
    {
        if (!_writes.TryDequeue(out var write))
        {
            return;
        }

        if (write.Snapshot is { } snapshot)
        {
            Log.Install(snapshot);
            Restore(snapshot);
        }

        Log.Append(write.Entries);
        Durable = write.State ?? Durable;
        if (write.Token != 0)
        {
            Core.Persisted(write.Token);
        }
    }

    /// <summary>Makes everything durable and returns what may leave.</summary>
    public List<Message> Persist()
    {
        while (Core.HasReady || _writes.Count > 0)
        {
            Poll();
            while (_writes.Count > 0)
            {
                FlushOne();
            }
        }

        return TakeOutgoing();
    }

    public List<Message> TakeOutgoing()
    {
        List<Message> messages = [.. _outgoing];
        _outgoing.Clear();
        return messages;
    }

    /// <summary>Stops without notice and starts again from what is durable.</summary>
    public void Restart()
    {
        Crash();
        Core = Start();
        if (Core.HasReady)
        {
            Poll();
        }
    }

    public void Crash()
    {
        _writes.Clear();
        _outgoing.Clear();
        _reads.Clear();
    }

    /// <summary>Keeps a snapshot of the application at an index and drops the log up to there.</summary>
    public void Compact(ulong index)
    {
        if (index > AppliedIndex || !Log.TryGetTerm(index, out var term))
        {
            return;
        }

        var state = _memberships.FindLast(membership => membership.Index <= index).State;
        Log.Keep(new Snapshot
        {
            Metadata = new SnapshotMetadata { Index = index, Term = term, ConfState = state },
            Data = EncodeState(Applied.Where(item => item.Index <= index).Select(item => item.Text)),
        });
        Log.CompactTo(index);
    }

    private RaftCore Start()
    {
        Restore(Log.Snapshot);
        return new RaftCore(_options, Log, Durable, _random);
    }

    private void Restore(Snapshot snapshot)
    {
        var index = snapshot.Metadata.Index;
        AppliedIndex = index;
        Applied.Clear();
        if (!snapshot.Data.IsEmpty)
        {
            Applied.AddRange(JsonSerializer.Deserialize<string[]>(snapshot.Data.Span)!.Select(text => (index, text)));
        }

        _memberships.Clear();
        _memberships.Add((index, snapshot.Metadata.ConfState));
    }

    private void Apply(Entry entry)
    {
        OnApplied?.Invoke(entry);
        AppliedIndex = entry.Index;
        if (entry is { Type: EntryType.Normal, Data.IsEmpty: false })
        {
            Applied.Add((entry.Index, Encoding.UTF8.GetString(entry.Data.Span)));
        }
    }

    private void ServeReads()
    {
        foreach (var (context, index) in _reads.Where(read => read.Index <= AppliedIndex))
        {
            Served[context] = index;
        }

        _reads.RemoveAll(read => read.Index <= AppliedIndex);
    }

    private sealed record Write(ulong Token, Snapshot? Snapshot, Entry[] Entries, HardState? State);
}
