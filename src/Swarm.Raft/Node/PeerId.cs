using System.Globalization;

namespace Swarm.Raft;

/// <summary>Names a member of a group. An id is used once: who comes back without its files needs a new one.</summary>
/// <param name="Value">From 1; 0 stands for nobody.</param>
public readonly record struct PeerId(ulong Value)
{
    /// <summary>Whether it names nobody.</summary>
    public bool IsNobody => Value == 0;

    /// <summary>The number, as the consensus and its messages have it.</summary>
    /// <param name="id">The id.</param>
    public static implicit operator ulong(PeerId id) => id.Value;

    /// <summary>The member with a number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator PeerId(ulong value) => new(value);

    /// <summary>The number of this id.</summary>
    public ulong ToUInt64() => Value;

    /// <summary>The member with a number.</summary>
    /// <param name="value">The number.</param>
    public static PeerId FromUInt64(ulong value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
