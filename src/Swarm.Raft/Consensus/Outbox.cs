namespace Swarm.Raft.Consensus;

/// <summary>Messages on their way out, and those that wait until what they promise is durable.</summary>
internal sealed class Outbox
{
    // A disk that stalls must not fill the memory with promises; like any message, one that is too many may be lost.
    private const int MostHeld = 4_096;

    private readonly GrowList<(Message Message, ulong Token)> _held = new();
    private readonly GrowList<Message> _fresh = new();
    private GrowList<Message> _ready = new();
    private GrowList<Message> _taken = new();

    /// <summary>Whether there is something to hand out, or to find a batch for.</summary>
    public bool IsWaiting => _ready.Count > 0 || _fresh.Count > 0;

    /// <summary>Sends a message that promises nothing that is not durable.</summary>
    public void Send(in Message message) => _ready.Add(message);

    /// <summary>Sends a message once everything that the member knows now is durable.</summary>
    public void SendWhenDurable(in Message message)
    {
        if (_fresh.Count + _held.Count < MostHeld)
        {
            _fresh.Add(message);
        }
    }

    /// <summary>Ties messages to the newest batch; 0 means that everything is durable.</summary>
    public void HoldUntil(ulong token)
    {
        for (var i = 0; i < _fresh.Count; i++)
        {
            if (token == 0)
            {
                _ready.Add(_fresh[i]);
            }
            else
            {
                _held.Add((_fresh[i], token));
            }
        }

        _fresh.Clear();
    }

    /// <summary>Releases what rested on this batch or those before.</summary>
    public void Release(ulong token)
    {
        var count = 0;
        for (; count < _held.Count && _held[count].Token <= token; count++)
        {
            _ready.Add(_held[count].Message);
        }

        _held.RemoveFirst(count);
    }

    /// <summary>What may be sent now; valid until the next call.</summary>
    public ReadOnlyMemory<Message> Take()
    {
        (_ready, _taken) = (_taken, _ready);
        _ready.Clear();
        return _taken.Memory;
    }
}
