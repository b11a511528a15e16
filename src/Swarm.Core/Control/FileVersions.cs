using System.Globalization;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>
/// Versions of a secret or config: objects of their own, of which the newest has the name and the others
/// <c>name.vN</c>. Labels link them; nobody but a rotation writes these.
/// </summary>
internal static class FileVersions
{
    /// <summary>Number of the version; missing for the first.</summary>
    public const string Number = "swarm.version";

    /// <summary>Id of the version before.</summary>
    public const string Rotates = "swarm.rotates";

    /// <summary>Id of the version after; with it, an object is not the newest.</summary>
    public const string RotatedBy = "swarm.rotated-by";

    /// <summary>The name it had while it was the newest.</summary>
    public const string FormerName = "swarm.name";

    private const int MaxName = 64;

    private static readonly string[] Links = [Number, Rotates, RotatedBy, FormerName];

    /// <summary>Refuses labels that only a rotation may write.</summary>
    /// <exception cref="SwarmException">One is among them.</exception>
    public static void RefuseLinks(ValueDictionary<string> labels)
    {
        var link = Array.Find(Links, labels.ContainsKey);
        Rule.Require(link is null, $"label {link} is reserved: it links the versions of a secret or config");
    }

    /// <summary>New labels with the links of the old ones.</summary>
    public static ValueDictionary<string> KeepLinks(ValueDictionary<string> old, ValueDictionary<string> labels)
    {
        foreach (var link in Links)
        {
            labels = old.TryGetValue(link, out var value) ? labels.With(link, value) : labels.Without(link);
        }

        return labels;
    }

    /// <summary>Whether a spec may call an object by a name: its own, or the one it had as the newest.</summary>
    public static bool IsCalled<T>(FileKind<T> kind, T? item, string name)
        where T : ClusterObject =>
        item is not null && (kind.NameOf(item) == name || kind.LabelsOf(item)[FormerName] == name);

    public static bool IsNewest<T>(FileKind<T> kind, T item)
        where T : ClusterObject => !kind.LabelsOf(item).ContainsKey(RotatedBy);

    /// <summary>Moves the newest version aside and puts another one in its place.</summary>
    /// <returns>The new version as stored.</returns>
    /// <exception cref="SwarmException">The object is not there, or not the newest version.</exception>
    public static T Rotate<T>(StoreTransaction transaction, FileKind<T> kind, string id, Func<T, T> next)
        where T : ClusterObject
    {
        var item = FileChanges.Find(transaction, kind, id);
        var (name, labels) = (kind.NameOf(item), kind.LabelsOf(item));
        if (labels[RotatedBy] is { } newer)
        {
            throw SwarmException.FailedPrecondition(
                $"{kind.Word} {name} is not the newest version of {labels[FormerName]}; rotate {newer}");
        }

        var number = NumberOf(labels);
        var successor = next(item);
        transaction.Update(kind.With(
            item,
            FreeName(kind.In(transaction), name, number),
            labels.With(Number, Text(number)).With(RotatedBy, successor.Key).With(FormerName, name)));
        return transaction.Create(
            kind.With(successor, name, labels.With(Number, Text(number + 1)).With(Rotates, id)));
    }

    /// <summary>Ids of the versions before one, as far as they still exist.</summary>
    public static HashSet<string> Before<T>(ClusterView view, FileKind<T> kind, T item)
        where T : ClusterObject
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var current = item;
            kind.LabelsOf(current)[Rotates] is { } id && ids.Add(id) && kind.In(view).Find(id) is { } before;)
        {
            current = before;
        }

        return ids;
    }

    /// <summary>Changes one service over to the newest version; one that names a former version keeps it.</summary>
    public static void ChangeOver<T>(
        StoreTransaction transaction,
        FileKind<T> kind,
        ServiceId service,
        IReadOnlySet<string> former,
        T newest)
        where T : ClusterObject
    {
        var name = kind.NameOf(newest);
        bool IsFormer(string id, string called) => called == name && former.Contains(id);
        if (transaction.Services.Find(service.ToString()) is not { } current
            || current.Spec.TaskTemplate.Workload is not ContainerSpec container
            || !kind.UsedBy(container).Any(use => IsFormer(use.Id, use.Name)))
        {
            return;
        }

        var template = current.Spec.TaskTemplate with { Workload = kind.Replace(container, IsFormer, newest) };
        ServiceChanges.Replace(transaction, current, current.Version, current.Spec with { TaskTemplate = template });
    }

    private static int NumberOf(ValueDictionary<string> labels) =>
        int.TryParse(labels[Number], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;

    private static string FreeName<T>(ObjectTable<T>.Builder table, string name, int number)
        where T : ClusterObject
    {
        for (var attempt = 0; ; attempt++)
        {
            var suffix = attempt == 0 ? $".v{Text(number)}" : $".v{Text(number)}-{Text(attempt)}";
            var candidate = name[..Math.Min(name.Length, MaxName - suffix.Length)] + suffix;
            if (table.FindByName(candidate) is null)
            {
                return candidate;
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
