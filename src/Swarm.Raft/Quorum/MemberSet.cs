using System.Collections;
using System.Runtime.CompilerServices;

namespace Swarm.Raft.Quorum;

/// <summary>An immutable set of member ids in ascending order, equal by content.</summary>
/// <remarks>A sorted array: sets hold a handful of ids, and their order must not depend on hashes.</remarks>
[CollectionBuilder(typeof(MemberSet), nameof(Create))]
public readonly struct MemberSet : IEquatable<MemberSet>, IReadOnlyList<ulong>
{
    private readonly ulong[]? _ids;

    private MemberSet(ulong[] ids) => _ids = ids;

    /// <inheritdoc/>
    public int Count => _ids?.Length ?? 0;

    /// <inheritdoc/>
    public ulong this[int index] => AsSpan()[index];

    /// <summary>Whether both hold the same ids.</summary>
    public static bool operator ==(MemberSet left, MemberSet right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(MemberSet left, MemberSet right) => !left.Equals(right);

    /// <summary>Makes a set; order and repetition of <paramref name="ids"/> do not matter.</summary>
    /// <param name="ids">The ids.</param>
    public static MemberSet Create(ReadOnlySpan<ulong> ids)
    {
        var sorted = ids.ToArray();
        Array.Sort(sorted);
        var count = 0;
        foreach (var id in sorted)
        {
            if (count == 0 || sorted[count - 1] != id)
            {
                sorted[count++] = id;
            }
        }

        return new MemberSet(sorted[..count]);
    }

    /// <summary>The ids, ascending.</summary>
    public ReadOnlySpan<ulong> AsSpan() => _ids;

    /// <summary>Whether <paramref name="id"/> is a member.</summary>
    /// <param name="id">The id.</param>
    public bool Contains(ulong id) => AsSpan().Contains(id);

    /// <summary>The set and <paramref name="id"/>.</summary>
    /// <param name="id">The id to have.</param>
    public MemberSet With(ulong id) => Contains(id) ? this : Create([.. AsSpan(), id]);

    /// <summary>The set without <paramref name="id"/>.</summary>
    /// <param name="id">The id not to have.</param>
    public MemberSet Without(ulong id) => Contains(id) ? new([.. this.Where(other => other != id)]) : this;

    /// <summary>The ids of both.</summary>
    /// <param name="other">The other set.</param>
    public MemberSet Union(MemberSet other) => other.Count == 0 ? this : Create([.. AsSpan(), .. other.AsSpan()]);

    /// <inheritdoc/>
    public bool Equals(MemberSet other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MemberSet other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var id in AsSpan())
        {
            hash.Add(id);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(' ', this)}]";

    /// <inheritdoc/>
    public IEnumerator<ulong> GetEnumerator() => ((IEnumerable<ulong>)(_ids ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
