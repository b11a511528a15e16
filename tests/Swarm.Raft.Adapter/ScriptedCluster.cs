using System.Text;
using System.Text.Json.Nodes;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Adapter;

/// <summary>Members that do exactly what a script says; the network between them belongs to the script.</summary>
internal sealed class ScriptedCluster
{
    private readonly SortedDictionary<ulong, Member> _members = [];
    private readonly HashSet<ulong> _down = [];
    private readonly Dictionary<int, Message> _mail = [];
    private JsonObject _settings = [];

    public JsonObject Handle(JsonObject request)
    {
        switch ((string)request["cmd"]!)
        {
            case "init":
                Init(request["cluster"]!.AsObject());
                return [];
            case "boot":
                Boot(Id(request["node"]), request["spec"]!.AsObject());
                return [];
            case "crash":
                _down.Add(Id(request["node"]));
                _members[Id(request["node"])].Crash();
                return [];
            case "restart":
                _down.Remove(Id(request["node"]));
                _members[Id(request["node"])].Restart();
                return [];
            case "deliver":
                var mail = _mail[(int)request["mid"]!];
                return Deliver(mail.To, mail);
            case "inject":
                var message = Scripts.ToMessage(request["msg"]!.AsObject());
                return Deliver(message.To, message);
            default:
                return HandleMember(request, _members[Id(request["node"])]);
        }
    }

    private static ulong Id(JsonNode? node) => (ulong)node!;

    private static JsonObject Ok(bool value) => new() { ["ok"] = value };

    private JsonObject HandleMember(JsonObject request, Member member)
    {
        var core = member.Core;
        switch ((string)request["cmd"]!)
        {
            case "campaign":
                core.Campaign();
                return [];
            case "tick":
                for (var n = (int?)request["n"] ?? 1; n > 0; n--)
                {
                    core.Tick();
                }

                return [];
            case "pin_timeout":
                core.PinElectionTimeout((int)request["ticks"]!);
                return [];
            case "compact":
                member.Compact((ulong)request["index"]!);
                return [];
            case "propose":
                return Ok(core.Propose(Encoding.UTF8.GetBytes((string)request["data"]!)).IsAccepted);
            case "change":
                return Ok(Scripts.Propose(core, request["change"]!.AsObject()));
            case "transfer":
                return Ok(core.Transfer(Id(request["to"])) == TransferStatus.Started);
            case "read":
                return Ok(core.RequestRead(Encoding.UTF8.GetBytes((string)request["ctx"]!)) == ReadStatus.Started);
            case "work":
                return Ok(member.HasWork);
            case "persist":
                return new JsonObject { ["out"] = new JsonArray([.. member.Persist().Select(Post)]) };
            case "peer_lost":
                core.PeerUnreachable(Id(request["to"]));
                core.SnapshotDelivered(Id(request["to"]), arrived: false);
                return [];
            case "state":
                return Scripts.Describe(member);
            default:
                throw new InvalidOperationException($"unknown command {request["cmd"]}");
        }
    }

    private void Init(JsonObject cluster)
    {
        _settings = cluster["options"]?.AsObject() ?? [];
        foreach (var (id, spec) in cluster["nodes"]!.AsObject())
        {
            Boot(ulong.Parse(id), spec!.AsObject());
        }
    }

    private void Boot(ulong id, JsonObject spec)
    {
        _down.Remove(id);
        _members[id] = Scripts.Make(id, spec, _settings);
    }

    private JsonObject Deliver(ulong to, in Message message)
    {
        if (!_down.Contains(to) && _members.TryGetValue(to, out var member))
        {
            member.Core.Step(message);
        }

        return [];
    }

    private JsonNode Post(Message message)
    {
        var number = _mail.Count + 1;
        _mail.Add(number, message);
        return new JsonObject
        {
            ["mid"] = number,
            ["frm"] = message.From,
            ["to"] = message.To,
            ["kind"] = Scripts.Kind(message.Type),
            ["term"] = message.Term,
        };
    }
}
