using System.Text;
using System.Text.Json.Nodes;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Adapter;

/// <summary>The words of scripts and what they mean to the core.</summary>
internal static class Scripts
{
    public static Member Make(ulong id, JsonObject spec, JsonObject settings)
    {
        var at = (ulong?)spec["base"] ?? 0;
        var baseTerm = (ulong?)spec["baseTerm"] ?? (at > 0 ? 1UL : 0);
        var snapshot = new Snapshot
        {
            Metadata = new SnapshotMetadata
            {
                Index = at,
                Term = baseTerm,
                ConfState = new ConfState { Voters = Ids(spec["voters"]), Learners = Ids(spec["learners"]) },
            },
        };
        var state = new HardState(
            (ulong?)spec["term"] ?? 0, (ulong?)spec["vote"] ?? 0, (ulong?)spec["commit"] ?? at);
        var options = new RaftCoreOptions
        {
            Id = id,
            PreVote = (bool?)settings["preVote"] ?? false,
            CheckQuorum = (bool?)settings["checkQuorum"] ?? false,
            ElectionTicks = (int?)settings["electionTicks"] ?? 3,
            HeartbeatTicks = (int?)settings["heartbeatTicks"] ?? 1,
            MaxInflightMessages = (int?)settings["maxInflight"] ?? 256,
            MaxAppendEntries = (int?)settings["maxEntries"] ?? int.MaxValue,
            StepDownOnRemoval = (bool?)settings["stepDownOnRemoval"] ?? false,
        };
        return new Member(options, snapshot, Entries(spec["log"], at), state, new NoJitter());
    }

    public static bool Propose(RaftCore core, JsonObject change)
    {
        if ((bool?)change["leave"] == true)
        {
            return core.ProposeChange(ConfChangeV2.Leave).IsAccepted;
        }

        var changes = change["ops"]!.AsArray().Select(ToSingle).ToList();
        var joint = (string?)change["joint"];
        if (joint is null && changes.Count == 1)
        {
            return core.ProposeChange(new ConfChange { Type = changes[0].Type, NodeId = changes[0].NodeId }).IsAccepted;
        }

        var transition = joint switch
        {
            "auto" => ConfChangeTransition.JointImplicit,
            "manual" => ConfChangeTransition.JointExplicit,
            _ => ConfChangeTransition.Auto,
        };
        return core.ProposeChange(new ConfChangeV2 { Transition = transition, Changes = changes }).IsAccepted;
    }

    public static Message ToMessage(JsonObject script)
    {
        var message = new Message
        {
            From = (ulong)script["frm"]!,
            To = (ulong)script["to"]!,
            Term = (ulong)script["term"]!,
            Commit = (ulong?)script["commit"] ?? 0,
        };
        return (string)script["kind"]! switch
        {
            "append" => message with
            {
                Type = MessageType.App,
                Index = (ulong)script["prev_index"]!,
                LogTerm = (ulong)script["prev_term"]!,
                Entries = Entries(script["entries"], (ulong)script["prev_index"]!),
            },
            "vote_req" => message with
            {
                Type = MessageType.Vote,
                Index = (ulong)script["last_index"]!,
                LogTerm = (ulong)script["last_term"]!,
            },
            "heartbeat" => message with { Type = MessageType.Heartbeat },
            "snapshot" => message with { Type = MessageType.Snap, Snapshot = ToSnapshot(script) },
            var kind => throw new InvalidOperationException($"unknown message {kind}"),
        };
    }

    public static string Kind(MessageType type) => type switch
    {
        MessageType.Vote => "vote_req",
        MessageType.VoteResp => "vote_resp",
        MessageType.PreVote => "prevote_req",
        MessageType.PreVoteResp => "prevote_resp",
        MessageType.App => "append",
        MessageType.AppResp => "append_resp",
        MessageType.Heartbeat => "heartbeat",
        MessageType.HeartbeatResp => "heartbeat_resp",
        MessageType.Snap => "snapshot",
        MessageType.TimeoutNow => "timeout_now",
        MessageType.ReadIndex => "read_req",
        MessageType.ReadIndexResp => "read_resp",
        _ => "other",
    };

    public static JsonObject Describe(Member member)
    {
        var core = member.Core;
        return new JsonObject
        {
            ["role"] = core.Role.ToString().ToLowerInvariant(),
            ["term"] = core.Term,
            ["vote"] = core.Vote,
            ["leader"] = core.Leader,
            ["commit"] = core.Commit,
            ["applied"] = member.AppliedIndex,
            ["first"] = core.FirstIndex,
            ["last"] = core.LastIndex,
            ["data"] = new JsonArray([.. member.Applied.Select(item => (JsonNode)item.Text)]),
            ["log"] = new JsonArray([.. core.CopyLog().Select(Describe)]),
            ["config"] = new JsonObject
            {
                ["voters"] = Describe(core.Membership.Voters),
                ["outgoing"] = Describe(core.Membership.VotersOutgoing),
                ["learners"] = Describe(core.Membership.Learners),
                ["learners_next"] = Describe(core.Membership.LearnersNext),
            },
            ["reads"] = new JsonObject(member.Served.Select(
                read => KeyValuePair.Create(read.Key, (JsonNode?)read.Value))),
            ["snap_index"] = core.FirstIndex - 1,
            ["snap_term"] = core.TermAt(core.FirstIndex - 1),
        };
    }

    private static MemberSet Ids(JsonNode? ids) =>
        ids is null ? [] : MemberSet.Create([.. ids.AsArray().Select(id => (ulong)id!)]);

    private static Entry[] Entries(JsonNode? log, ulong after) =>
        log is null ? [] : [.. log.AsArray().Select((item, position) => new Entry(
            (ulong)item![0]!,
            after + (ulong)position + 1,
            EntryType.Normal,
            item[1] is { } text ? Encoding.UTF8.GetBytes((string)text!) : []))];

    private static Snapshot ToSnapshot(JsonObject script) => new()
    {
        Metadata = new SnapshotMetadata
        {
            Index = (ulong)script["index"]!,
            Term = (ulong)script["snap_term"]!,
            ConfState = new ConfState { Voters = Ids(script["voters"]) },
        },
        Data = Member.EncodeState(script["data"]!.AsArray().Select(text => (string)text!)),
    };

    private static ConfChangeSingle ToSingle(JsonNode? operation) => new(
        (string)operation![0]! switch
        {
            "voter" => ConfChangeType.AddNode,
            "learner" => ConfChangeType.AddLearnerNode,
            _ => ConfChangeType.RemoveNode,
        },
        (ulong)operation[1]!);

    private static JsonNode Describe(Entry entry)
    {
        var kind = entry.ChangesConfiguration ? "conf" : entry.Data.IsEmpty ? "noop" : "data";
        var text = kind == "data" ? Encoding.UTF8.GetString(entry.Data.Span) : null;
        return new JsonArray(entry.Term, entry.Index, kind, text);
    }

    private static JsonArray Describe(MemberSet ids) => new([.. ids.Select(id => (JsonNode)id)]);

    /// <summary>Timeouts are what the script says they are.</summary>
    private sealed class NoJitter : Random
    {
        public override int Next(int maxValue) => 0;
    }
}
