namespace Swarm.Compose.Shapes;

/// <summary>Makes one service of two, the second from a later file.</summary>
internal static class ShapeMerger
{
    /// <summary>Merges a later record into an earlier one, field by field.</summary>
    public static void Merge(StackRecord into, StackRecord later)
    {
        for (var index = 0; index < into.Shape.Fields.Length; index++)
        {
            into[index] = Merge(into.Shape.Fields[index].Shape, into[index], later[index]);
        }

        if (into.Shape.HasExtensions && later.Extensions is { } extensions)
        {
            into.Extensions = into.Extensions is { } own ? ExtensionMerger.Merge(own, extensions) : extensions;
        }
    }

    private static object? Merge(Shape shape, object? own, object? later) => shape.Kind switch
    {
        _ when own is null => later,
        ShapeKind.List => MergeLists(shape, (List<object?>)own, (List<object?>?)later ?? []),
        _ when later is null => own,
        ShapeKind.Map => MergeMaps(shape.Element!, (StackMap)own, (StackMap)later),
        ShapeKind.Record => MergeRecords(shape, (StackRecord)own, (StackRecord)later),
        _ => shape.Merge == MergeRule.ReplaceWhenGiven || !StackRecord.IsZero(later) ? later : own,
    };

    private static List<object?> MergeLists(Shape shape, List<object?> own, List<object?> later) => shape.Merge switch
    {
        MergeRule.Replace => later.Count > 0 ? later : own,
        MergeRule.Keyed => MergeKeyed(shape.Element!.Record!.KeyField, own, later),
        _ => [.. own, .. later],
    };

    // Entries with equal keys collapse within one file too, and the result is sorted by key.
    private static List<object?> MergeKeyed(string key, List<object?> own, List<object?> later)
    {
        var byKey = new Dictionary<object, object?>();
        foreach (var entry in own.Concat(later))
        {
            byKey[((StackRecord)entry!)[key]!] = entry;
        }

        return [.. byKey
            .OrderBy(entry => entry.Key as ulong? ?? 0)
            .ThenBy(entry => entry.Key as string, StringComparer.Ordinal)
            .Select(entry => entry.Value)];
    }

    private static StackMap MergeMaps(Shape element, StackMap own, StackMap later)
    {
        foreach (var (key, value) in later)
        {
            own[key] = own.TryGetValue(key, out var present) ? MergeEntry(element, present, value) : value;
        }

        return own;
    }

    private static object? MergeEntry(Shape element, object? own, object? later) => (element, own, later) switch
    {
        // A value that may be absent is only replaced by something, unless there was nothing yet.
        ({ Kind: ShapeKind.Text, IsOptional: true }, _, _) =>
            StackRecord.IsZero(own) || !StackRecord.IsZero(later) ? later : own,
        ({ Kind: ShapeKind.Text }, _, _) => later,
        (_, StackRecord record, StackRecord laterRecord) => MergeRecords(element, record, laterRecord),
        _ => own ?? later,
    };

    private static StackRecord MergeRecords(Shape shape, StackRecord own, StackRecord later)
    {
        switch (shape.Merge)
        {
            case MergeRule.Replace:
                return later;
            case MergeRule.Logging:
                return MergeLogging(own, later);
            case MergeRule.ServiceNetwork:
                own["aliases"] = later["aliases"];
                own["ipv4_address"] = later.Text("ipv4_address") is { Length: > 0 } four ? four : own["ipv4_address"];
                own["ipv6_address"] = later.Text("ipv6_address") is { Length: > 0 } six ? six : own["ipv6_address"];
                return own;
            default:
                Merge(own, later);
                return own;
        }
    }

    // Options belong to a driver: those of another driver are dropped. Options of the later file are lost when the
    // earlier has none, as in Docker.
    private static StackRecord MergeLogging(StackRecord own, StackRecord later)
    {
        var (driver, laterDriver) = (own.Text("driver"), later.Text("driver"));
        if (driver != laterDriver && driver.Length > 0 && laterDriver.Length > 0)
        {
            return later;
        }

        own["driver"] = driver.Length > 0 ? driver : laterDriver;
        if (own.Map("options") is { } options && later.Map("options") is { } laterOptions)
        {
            MergeMaps(StackShapes.Text, options, laterOptions);
        }

        return own;
    }
}
