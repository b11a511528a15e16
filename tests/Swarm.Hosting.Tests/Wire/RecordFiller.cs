using System.Reflection;
using Swarm.Dispatch;

namespace Swarm.Hosting.Tests.Wire;

/// <summary>Makes records with every property set, or with a random part of them.</summary>
internal sealed class RecordFiller(int variant, Random? presence = null)
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<string, string[]> Words = new(StringComparer.Ordinal)
    {
        ["Mount.Consistency"] = ["cached", "delegated", "consistent"],
        ["BindOptions.Propagation"] = ["rslave", "shared", "rprivate"],
        ["SeccompOptions.Mode"] = ["custom", "unconfined", "default"],
        ["Privileges.AppArmorMode"] = ["disabled", "default"],
        ["ExternalCa.Protocol"] = ["cfssl"],
    };

    // Another form of a property that is filled, on this side of the connection only, or of no meaning there.
    private static readonly string[] Skipped =
    [
        "Cluster.UnlockKey",
        "SessionRequest.Address",
        "VolumeAssignment.Version",
        "VolumeAssignment.CreatedAt",
        "VolumeAssignment.UpdatedAt",
    ];

    private int _next;

    public object Create(Type type)
    {
        if (type.IsAbstract)
        {
            var kinds = KindsOf(type);
            return Create(kinds[(presence?.Next(100) ?? variant) % kinds.Length]);
        }

        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        var parameters = constructor.GetParameters();
        var value = constructor.Invoke([.. parameters.Select(p => Value(type, p.Name!, p.ParameterType, IsOptional(p)))]);
        foreach (var property in type.GetProperties().Where(p => p.CanWrite))
        {
            var name = $"{type.Name}.{property.Name}";
            if (!parameters.Any(p => p.Name == property.Name) && !Skipped.Contains(name))
            {
                property.SetValue(value, Value(type, property.Name, property.PropertyType, IsOptional(property)));
            }
        }

        return Straighten(value);
    }

    private static Type[] KindsOf(Type type) => type == typeof(ClusterObject)
        ? [typeof(SwarmTask), typeof(Secret), typeof(Config), typeof(VolumeAssignment)]
        : [.. type.Assembly.GetTypes().Where(t => t.BaseType == type).OrderBy(t => t.Name, StringComparer.Ordinal)];

    private static bool IsOptional(ParameterInfo p) => Nullability.Create(p).WriteState == NullabilityState.Nullable;

    private static bool IsOptional(PropertyInfo p) => Nullability.Create(p).WriteState == NullabilityState.Nullable;

    // Combinations that no valid spec has and the wire has no room for.
    private static object Straighten(object value) => value switch
    {
        ConfigReference { Runtime: true } reference => reference with { Target = null },
        CredentialSpec { Config.Length: > 0 } spec => new CredentialSpec(Config: spec.Config),
        CredentialSpec { File.Length: > 0 } spec => new CredentialSpec(File: spec.File),
        TaskSpec { Workload: not ContainerSpec, Resources.Limits: { } limits } spec => spec with
        {
            Resources = spec.Resources with { Limits = limits with { Pids = 0 } },
        },
        _ => value,
    };

    private object? Value(Type owner, string name, Type type, bool isOptional)
    {
        var underlying = Nullable.GetUnderlyingType(type);
        if ((isOptional || underlying is not null) && IsAbsent())
        {
            return null;
        }

        type = underlying ?? type;
        if (type == typeof(string))
        {
            return Skipped.Contains($"{owner.Name}.{name}") ? ""
                : Words.TryGetValue($"{owner.Name}.{name}", out var words)
                ? words[(presence?.Next(words.Length) ?? 0) % words.Length]
                : IsAbsent() && name is not ("Id" or "Value") ? "" : $"s{++_next}";
        }

        if (type.IsGenericType)
        {
            return Collection(type);
        }

        var isNumber = type.IsPrimitive || type.IsEnum || type == typeof(TimeSpan) || type == typeof(DateTimeOffset);
        return isNumber && underlying is null && IsAbsent() ? Activator.CreateInstance(type) : Number(type) ?? Create(type);
    }

    private object? Number(Type type) => type switch
    {
        { IsEnum: true } => EnumValue(type),
        _ when type == typeof(bool) => true,
        _ when type == typeof(byte) => (byte)++_next,
        _ when type == typeof(int) => ++_next,
        _ when type == typeof(uint) => (uint)++_next,
        _ when type == typeof(long) => (long)++_next,
        _ when type == typeof(ulong) => (ulong)++_next,
        _ when type == typeof(float) => ++_next + 0.5f,
        _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(12_345_678_901L + ++_next),
        _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddTicks(16_000_000_000_000_001L + ++_next),
        _ => null,
    };

    private object EnumValue(Type type)
    {
        var values = Enum.GetValues(type);
        return values.Length == 1 ? values.GetValue(0)! : values.GetValue(1 + (++_next % (values.Length - 1)))!;
    }

    private object Collection(Type type)
    {
        var item = type.GetGenericArguments()[0];
        var items = Array.CreateInstance(item, IsAbsent() ? 0 : 2);
        for (var i = 0; i < items.Length; i++)
        {
            items.SetValue(item == typeof(string) ? $"s{++_next}" : Number(item) ?? Create(item), i);
        }

        var make = type.GetGenericTypeDefinition() == typeof(ValueList<>) ? nameof(ListOf) : nameof(MapOf);
        return typeof(RecordFiller).GetMethod(make, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(item).Invoke(null, [items])!;
    }

    private static ValueList<T> ListOf<T>(T[] items) => items.ToValueList();

    private static ValueDictionary<T> MapOf<T>(T[] items) =>
        items.Select((item, i) => KeyValuePair.Create($"k{i}", item)).ToValueDictionary();

    private bool IsAbsent() => presence?.Next(3) == 0;
}
